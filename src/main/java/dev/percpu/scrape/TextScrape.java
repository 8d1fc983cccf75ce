package dev.percpu.scrape;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.exposition.TextFormat;
import dev.percpu.exposition.TextNames;
import dev.percpu.exposition.TextOutput;
import dev.percpu.family.FamilyValues;
import dev.percpu.meter.CellMeter;
import io.micrometer.core.instrument.Clock;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A scrape in one of the text formats. Meters in cells are written straight from the sums of their cells; whatever else the registry is
 * scraped with (gauges, meters that the user measures, collectors of others) comes as snapshots and is written by the Prometheus client's
 * writer, family by family, so that the order is the same as if that had written everything.
 *
 * <p>Thread-safe: scrapes share nothing that they change.
 */
public final class TextScrape {
    private final SeriesIndex index;
    private final ExternalCollectors foreign;
    private final Clock clock;

    /** That of the last scrape. Changed under the lock. */
    private volatile FamilyTable table = FamilyTable.EMPTY;

    /** Those of the last scrape, for the next. */
    private final AtomicReference<@Nullable Buffers> spare = new AtomicReference<>();

    private static final class Buffers {
        private final TextOutput out = new TextOutput();
        private final FamilyRow.Buffers ofRows = new FamilyRow.Buffers();
    }

    /**
     * @param index what is ours
     * @param clock the meters' own
     */
    public TextScrape(SeriesIndex index, ExternalCollectors foreign, Clock clock) {
        this.index = index;
        this.foreign = foreign;
        this.clock = clock;
    }

    /** Lets go of a meter that was removed: its cells may be wanted. */
    public synchronized void forget(CellMeter meter) {
        table = table.without(meter);
    }

    /** Unless a meter was removed meanwhile, or another scrape was faster. */
    @SuppressWarnings("ReferenceEquality") // the same one
    private synchronized void replace(FamilyTable last, FamilyTable now) {
        if (table == last) {
            table = now;
        }
    }

    /**
     * @param included names of the families that are wanted
     */
    public void write(OutputStream stream, TextFormat format, Predicate<String> included, EscapingScheme scheme)
            throws IOException {
        Buffers reused = spare.getAndSet(null);
        Buffers buffers = reused == null ? new Buffers() : reused;
        TextOutput out = buffers.out.to(stream);
        // First: counters are no older than a gauge that takes its time.
        SeriesIndex.Others others = index.others(included, foreign);
        FamilyTable last = table;
        try (SeriesIndex.Now now = index.now(last)) {
            replace(last, now.table());
            new Pass(now, format, included, scheme, buffers).write(others);
        }
        out.end();
        spare.set(buffers);
    }

    private final class Pass {
        private final FamilyTable table;
        private final TextFormat format;
        private final Predicate<String> included;
        private final EscapingScheme scheme;
        private final Buffers buffers;
        private final TextOutput out;
        private final SampleWriter samples;
        private final ScrapeCells cells;

        private Pass(
                SeriesIndex.Now now,
                TextFormat format,
                Predicate<String> included,
                EscapingScheme scheme,
                Buffers buffers) {
            this.table = now.table();
            this.format = format;
            this.included = included;
            this.scheme = scheme;
            this.buffers = buffers;
            this.out = buffers.out;
            this.samples = format.samples(out);
            this.cells = now.cells();
        }

        private void write(SeriesIndex.Others told) throws IOException {
            List<MetricSnapshot> others = others(told).stream().toList();
            Set<String> names = names(others);
            int next = 0;
            for (FamilyRow row : table.rows()) {
                String name = row.family().name();
                TextNames plain = names.contains(name) || !included.test(name) ? null : row.names(format);
                if (plain == null) {
                    continue;
                }
                int from = next;
                while (next < others.size()
                        && others.get(next).getMetadata().getPrometheusName().compareTo(name) < 0) {
                    next++;
                }
                writeOthers(others.subList(from, next));
                samples.family(plain);
                row.write(cells, clock, buffers.ofRows, samples);
            }
            writeOthers(others.subList(next, others.size()));
            format.finish(out);
        }

        private void writeOthers(List<MetricSnapshot> snapshots) throws IOException {
            if (!snapshots.isEmpty()) {
                format.write(out, new MetricSnapshots(snapshots), scheme);
            }
        }

        /**
         * All families that are not written sample by sample, by name. Those of cells are among them that others have a part in, and those
         * whose names or labels have to be quoted.
         */
        private MetricSnapshots others(SeriesIndex.Others told) {
            Set<String> names = names(told.foreign());
            names.addAll(told.values().names());
            List<FamilyRow> shared = new ArrayList<>();
            for (FamilyRow row : table.rows()) {
                if (names.contains(row.family().name()) || row.names(format) == null) {
                    shared.add(row);
                }
            }
            FamilyValues together = new FamilyValues(included);
            shared.forEach(row -> collect(row, together));
            together.addAll(told.values());
            return ExternalCollectors.together(together.snapshots(), told.foreign());
        }

        private void collect(FamilyRow row, FamilyValues values) {
            FamilyValues ofFamily = new FamilyValues(row.family().name()::equals);
            for (CellMeter meter : row.meters()) {
                SeriesIndex.collect(meter, cells.totals(), included, ofFamily);
            }
            values.addAll(ofFamily);
        }

        private static Set<String> names(Iterable<MetricSnapshot> snapshots) {
            Set<String> names = new HashSet<>();
            snapshots.forEach(snapshot -> names.add(snapshot.getMetadata().getPrometheusName()));
            return names;
        }
    }
}
