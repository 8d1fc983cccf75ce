package dev.percpu.scrape;

import dev.percpu.exposition.Escaping;
import dev.percpu.exposition.FamilyText;
import dev.percpu.exposition.PrometheusClient;
import dev.percpu.exposition.SampleWriter;
import dev.percpu.exposition.TextFormat;
import dev.percpu.exposition.TextOutput;
import dev.percpu.family.FamilyValues;
import dev.percpu.meter.CellMeter;
import dev.percpu.shard.CellColumn;
import io.micrometer.core.instrument.Clock;
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
 * A writer of scrapes of one registry: its cell meters, its function meters, and external collectors. Thread-safe; scrapes run in parallel.
 *
 * <p>In the text formats, cell meters are written directly from the sums of their cells. All other values are snapshots, which the
 * Prometheus client's writer writes family by family. The order of families is the order of the client's writer.
 *
 * <p>Function meters and external collectors are read first, and cells afterwards: counters are never older than a slow gauge.
 */
public final class ScrapeWriter {
    private final SeriesIndex index;
    private final ExternalCollectors external;
    private final Clock clock;

    /** The table of the last text scrape. Written under the lock of this object. */
    private volatile SortedFamilies table = SortedFamilies.EMPTY;

    /** Buffers that the next text scrape reuses; null while a scrape uses them. */
    private final AtomicReference<@Nullable Buffers> spare = new AtomicReference<>();

    private static final class Buffers {
        private final TextOutput out = new TextOutput();
        private final FamilyWriter.Buffers rows = new FamilyWriter.Buffers();
        private final long[] words = new long[CellColumn.Reader.WORDS];
    }

    /** The values of a scrape that are not in cells. */
    private record Collected(FamilyValues functionMeters, List<MetricSnapshot> external) {}

    /**
     * Creates a writer.
     *
     * @param clock the clock of the registry's meters
     */
    public ScrapeWriter(SeriesIndex index, ExternalCollectors external, Clock clock) {
        this.index = index;
        this.external = external;
        this.clock = clock;
    }

    /** Drops references to a removed meter, so that its cells can be recycled. */
    public synchronized void remove(CellMeter meter) {
        table = table.without(meter);
    }

    /**
     * Writes one scrape. The stream is neither flushed nor closed.
     *
     * @param included selects families by name
     * @throws java.io.InterruptedIOException if the thread is interrupted while it waits for function meters or external collectors; the
     *     thread stays interrupted
     */
    public void write(OutputStream stream, ScrapeEncodings.Encoding encoding, Predicate<String> included)
            throws IOException {
        List<ExternalCollectors.Read> reads = external.reads(included);
        FamilyValues functionMeters = index.collectFunctionMeters(included, reads);
        Collected collected = new Collected(functionMeters, ExternalCollectors.families(reads));
        // The dots scheme also changes names that need no quotation marks: it doubles their underscores.
        if (encoding.text() != null && encoding.escaping() != Escaping.DOTS) {
            writeText(stream, encoding.text(), encoding.escaping(), included, collected);
        } else {
            FamilyValues own = index.collectCells(included, collected.functionMeters());
            MetricSnapshots all = ExternalCollectors.merge(own, collected.external());
            PrometheusClient.write(
                    encoding.writer(), stream, EscapableSeries.of(all, encoding.escaping()), encoding.escaping());
        }
    }

    private void writeText(
            OutputStream stream, TextFormat format, Escaping escaping, Predicate<String> included, Collected collected)
            throws IOException {
        Buffers reused = spare.getAndSet(null);
        Buffers buffers = reused == null ? new Buffers() : reused;
        TextOutput out = buffers.out.to(stream);
        SortedFamilies last = table;
        try (ScrapeCells cells = index.openCells(buffers.words)) {
            SortedFamilies current = index.table(last, cells);
            replace(last, current);
            new TextScrape(current, cells, format, escaping, included, buffers).write(collected);
        }
        out.end();
        spare.set(buffers);
    }

    /** Keeps the current table for the next scrape, unless a removal or another scrape has replaced the last one. */
    @SuppressWarnings("ReferenceEquality") // tables are compared by identity
    private synchronized void replace(SortedFamilies last, SortedFamilies current) {
        if (table == last) {
            table = current;
        }
    }

    /** One scrape in a text format. */
    private final class TextScrape {
        private final SortedFamilies table;
        private final ScrapeCells cells;
        private final TextFormat format;
        private final Escaping escaping;
        private final Predicate<String> included;
        private final Buffers buffers;
        private final TextOutput out;
        private final SampleWriter samples;

        private TextScrape(
                SortedFamilies table,
                ScrapeCells cells,
                TextFormat format,
                Escaping escaping,
                Predicate<String> included,
                Buffers buffers) {
            this.table = table;
            this.cells = cells;
            this.format = format;
            this.escaping = escaping;
            this.included = included;
            this.buffers = buffers;
            this.out = buffers.out;
            this.samples = format.samples(out);
        }

        private void write(Collected collected) throws IOException {
            List<MetricSnapshot> snapshots = snapshots(collected).stream().toList();
            Set<String> names = names(snapshots);
            int next = 0;
            for (FamilyWriter row : table.rows()) {
                String name = row.family().name();
                FamilyText plain = names.contains(name) || !included.test(name) ? null : row.names(format);
                if (plain == null) {
                    continue;
                }
                int from = next;
                while (next < snapshots.size()
                        && snapshots.get(next).getMetadata().getPrometheusName().compareTo(name) < 0) {
                    next++;
                }
                writeSnapshots(snapshots.subList(from, next));
                samples.family(plain);
                row.write(cells, clock, buffers.rows, samples);
            }
            writeSnapshots(snapshots.subList(next, snapshots.size()));
            format.finish(out);
        }

        private void writeSnapshots(List<MetricSnapshot> snapshots) throws IOException {
            if (!snapshots.isEmpty()) {
                format.write(out, EscapableSeries.of(new MetricSnapshots(snapshots), escaping), escaping);
            }
        }

        /**
         * Returns all families that the client's writer writes, by name. They include families of cell meters that also have other values,
         * and families whose names or labels need quotation marks.
         */
        private MetricSnapshots snapshots(Collected collected) {
            Set<String> names = names(collected.external());
            names.addAll(collected.functionMeters().names());
            List<FamilyWriter> shared = new ArrayList<>();
            for (FamilyWriter row : table.rows()) {
                if (names.contains(row.family().name()) || row.names(format) == null) {
                    shared.add(row);
                }
            }
            FamilyValues own = new FamilyValues(included);
            shared.forEach(row -> collect(row, own));
            own.addAll(collected.functionMeters());
            return ExternalCollectors.merge(own, collected.external());
        }

        private void collect(FamilyWriter row, FamilyValues values) {
            FamilyValues familyValues = new FamilyValues(row.family().name()::equals);
            for (CellMeter meter : SortedFamilies.inHelpOrder(row.meters())) {
                SeriesIndex.collect(meter, cells.snapshot(), included, familyValues);
            }
            values.addAll(familyValues);
        }

        private static Set<String> names(Iterable<MetricSnapshot> snapshots) {
            Set<String> names = new HashSet<>();
            snapshots.forEach(snapshot -> names.add(snapshot.getMetadata().getPrometheusName()));
            return names;
        }
    }
}
