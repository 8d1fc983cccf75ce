package dev.percpu.meter;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.exposition.TextFormat;
import dev.percpu.exposition.TextNames;
import dev.percpu.exposition.TextOutput;
import dev.percpu.shard.Maxima;
import dev.percpu.shard.Totals;
import io.micrometer.core.instrument.Clock;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
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
final class TextScrape {
    private final SeriesIndex index;
    private final PrometheusRegistry registry;
    private final Clock clock;
    private volatile TextTable table = TextTable.EMPTY;

    /** That of the last scrape, for the next. */
    private final AtomicReference<@Nullable TextOutput> spare = new AtomicReference<>();

    /**
     * @param index what is in cells, and is registered there
     * @param clock the meters' own
     */
    TextScrape(SeriesIndex index, PrometheusRegistry registry, Clock clock) {
        this.index = index;
        this.registry = registry;
        this.clock = clock;
    }

    /** Lets go of the meters of the last scrape: one of them was removed, and its cells may be wanted. */
    void forget() {
        table = TextTable.EMPTY;
    }

    /**
     * @param included names of the families that are wanted
     */
    void write(OutputStream stream, TextFormat format, Predicate<String> included, EscapingScheme scheme)
            throws IOException {
        TextOutput reused = spare.getAndSet(null);
        TextOutput out = (reused == null ? new TextOutput() : reused).to(stream);
        try (SeriesIndex.Now now = index.now(table)) {
            table = now.table();
            new Pass(now.table(), format, included, scheme, out, now.totals()).write();
        }
        out.end();
        spare.set(out);
    }

    private final class Pass {
        private final TextTable table;
        private final TextFormat format;
        private final Predicate<String> included;
        private final EscapingScheme scheme;
        private final TextOutput out;
        private final SampleWriter samples;
        private final Totals totals;
        private final long nowMillis = clock.wallTime();

        private Pass(
                TextTable table,
                TextFormat format,
                Predicate<String> included,
                EscapingScheme scheme,
                TextOutput out,
                Totals totals) {
            this.table = table;
            this.format = format;
            this.included = included;
            this.scheme = scheme;
            this.out = out;
            this.samples = format.samples(out);
            this.totals = totals;
        }

        private void write() throws IOException {
            MetricSnapshots others = others();
            Set<String> names = names(others);
            Iterator<MetricSnapshot> rest = others.iterator();
            MetricSnapshot next = rest.hasNext() ? rest.next() : null;
            List<MetricSnapshot> before = new ArrayList<>();
            for (TextTable.Row row : table.rows()) {
                String name = row.family.name();
                TextNames plain = names.contains(name) || !included.test(name) ? null : row.names(format);
                if (plain == null) {
                    continue;
                }
                while (next != null && next.getMetadata().getPrometheusName().compareTo(name) < 0) {
                    before.add(next);
                    next = rest.hasNext() ? rest.next() : null;
                }
                writeOthers(before);
                write(row, plain);
            }
            for (; next != null; next = rest.hasNext() ? rest.next() : null) {
                before.add(next);
            }
            writeOthers(before);
            format.finish(out);
        }

        private void write(TextTable.Row row, TextNames names) throws IOException {
            samples.family(names);
            Maxima maxima = row.maxima;
            if (maxima == null) {
                for (int i = 0; i < row.meters.length; i++) {
                    samples.point(row.labels[i]);
                    row.meters[i].write(totals, samples);
                }
                return;
            }
            // All before the first is written: what is drained must not be lost when the reader goes away.
            maxima.drain((place, taken) -> row.meters[place].noteMax(taken, nowMillis));
            for (int i = 0; i < row.meters.length; i++) {
                samples.point(row.labels[i]);
                row.meters[i].writeMax(samples);
            }
        }

        private void writeOthers(List<MetricSnapshot> snapshots) throws IOException {
            if (!snapshots.isEmpty()) {
                format.write(out, new MetricSnapshots(snapshots), scheme);
                snapshots.clear();
            }
        }

        /**
         * All families that are not written sample by sample, by name. Those of cells are among them that others have a part in, and those
         * whose names or labels have to be quoted.
         */
        private MetricSnapshots others() {
            List<MetricSnapshot> foreign =
                    index.whileSilent(() -> registry.scrape(included)).stream().toList();
            FamilyValues values = new FamilyValues(included);
            index.collectOthers(totals, included, values);
            Set<String> names = names(foreign);
            names.addAll(values.names());
            List<TextTable.Row> shared = new ArrayList<>();
            for (TextTable.Row row : table.rows()) {
                if (names.contains(row.family.name()) || row.names(format) == null) {
                    shared.add(row);
                }
            }
            FamilyValues together = new FamilyValues(included);
            shared.forEach(row -> collect(row, together));
            together.addAll(values);
            List<MetricSnapshot> all = new ArrayList<>(foreign);
            together.snapshots().forEach(all::add);
            return new MetricSnapshots(all);
        }

        private void collect(TextTable.Row row, FamilyValues values) {
            FamilyValues ofFamily = new FamilyValues(row.family.name()::equals);
            for (CellMeter meter : row.meters) {
                SeriesIndex.collect(meter, totals, included, ofFamily);
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
