package dev.percpu.scrape;

import dev.percpu.exposition.FamilyText;
import dev.percpu.exposition.LabelColumn;
import dev.percpu.exposition.SampleWriter;
import dev.percpu.exposition.TextFormat;
import dev.percpu.family.Family;
import dev.percpu.family.PointWriter;
import dev.percpu.meter.CellMeter;
import dev.percpu.meter.PerCpuTimer;
import dev.percpu.meter.WindowedMaxima;
import dev.percpu.shard.CellColumn;
import io.micrometer.core.instrument.Clock;
import java.io.IOException;
import java.lang.ref.Reference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A writer of one family of cell meters in the text formats. Thread-safe.
 *
 * <p>It stores what does not change between scrapes in parallel columns: meters, labels as text, and cell offsets. A scrape writes them
 * without reading a meter object, except for exemplars and maxima.
 */
abstract sealed class FamilyWriter {
    /** Number of points that are written together. Their values fit into the level 1 cache of the processor. */
    private static final int RUN = 256;

    private final Family family;
    private final SortedSeries series;
    private final Names names;

    private FamilyWriter(Family family, SortedSeries series, Names names) {
        this.family = family;
        this.series = series;
        this.names = names;
    }

    /** Memory that consecutive scrapes reuse. Not thread-safe. */
    static final class Buffers {
        private double[] maxima = {};

        private double[] maxima(int minLength) {
            if (maxima.length < minLength) {
                maxima = new double[minLength];
            }
            return maxima;
        }
    }

    final Family family() {
        return family;
    }

    final SortedSeries series() {
        return series;
    }

    /** Returns the meters, sorted by labels. */
    final List<CellMeter> meters() {
        return series.meters();
    }

    /** Returns the names, for a writer that replaces this one. */
    final Names names() {
        return names;
    }

    /** Returns the names of the family's samples in a format; null if the Prometheus client's writer must write the family. */
    final @Nullable FamilyText names(TextFormat format) {
        return series.labels() == null ? null : names.in(format, family);
    }

    /**
     * Writes the samples of all meters.
     *
     * @param clock the clock of the meters
     * @param out a writer whose current family is this one
     */
    final void write(ScrapeCells cells, Clock clock, Buffers buffers, SampleWriter out) throws IOException {
        LabelColumn labels = series.labels();
        if (labels == null) {
            throw new IllegalStateException(
                    "label names of family " + family.name() + " must be valid without quotation marks");
        }
        write(labels, cells, clock, buffers, out);
    }

    abstract void write(LabelColumn labels, ScrapeCells cells, Clock clock, Buffers buffers, SampleWriter out)
            throws IOException;

    /** A family of counters, or of timers or summaries without their maxima. */
    static final class Samples extends FamilyWriter {
        private final @Nullable CellColumn column;

        /** Writes a point from the column; null if the meters must write their points. */
        private final @Nullable PointWriter writer;

        private final boolean sampled;

        Samples(Family family, SortedSeries series, Names names) {
            super(family, series, names);
            List<CellMeter> meters = series.meters();
            PointWriter first = meters.getFirst().pointWriter();
            boolean same = first != null && meters.stream().allMatch(meter -> first.equals(meter.pointWriter()));
            this.column =
                    same ? CellColumn.of(meters.stream().map(CellMeter::cell).toList()) : null;
            this.writer = first;
            this.sampled = meters.stream().anyMatch(CellMeter::samplesExemplars);
        }

        @Override
        void write(LabelColumn labels, ScrapeCells cells, Clock clock, Buffers buffers, SampleWriter out)
                throws IOException {
            List<CellMeter> meters = meters();
            int size = meters.size();
            if (column == null || writer == null) {
                for (int i = 0; i < size; i++) {
                    out.point(labels, i);
                    meters.get(i).write(cells.snapshot(), out);
                }
                return;
            }
            CellColumn.Cursor cursor = column.cursor(cells.reader());
            if (sampled && out.hasExemplars()) {
                for (int i = 0; i < size; i++) {
                    out.point(labels, i);
                    writer.write(cursor, i, meters.get(i).exemplars(), out);
                }
            } else {
                for (int i = 0; i < size; i += RUN) {
                    writer.write(cursor, labels, i, Math.min(RUN, size - i), out);
                }
            }
            // The column has raw offsets. Its cells must not be recycled while they are read.
            Reference.reachabilityFence(this);
        }
    }

    /** The maxima of timers or summaries. */
    static final class Max extends FamilyWriter {
        private final WindowedMaxima maxima;

        private final boolean inNanos;

        Max(Family family, SortedSeries series, Names names) {
            super(family, series, names);
            this.maxima = WindowedMaxima.of(series.meters());
            this.inNanos = series.meters().getFirst() instanceof PerCpuTimer;
        }

        @Override
        void write(LabelColumn labels, ScrapeCells cells, Clock clock, Buffers buffers, SampleWriter out)
                throws IOException {
            int size = meters().size();
            double[] results = buffers.maxima(size);
            // Drain all meters before the first sample is written: a client that disconnects must not lose
            // a drained maximum.
            maxima.poll(clock.wallTime(), results);
            for (int i = 0; i < size; i += RUN) {
                int count = Math.min(RUN, size - i);
                if (inNanos) {
                    long[] nanos = out.scratch(count);
                    for (int j = 0; j < count; j++) {
                        nanos[j] = (long) results[i + j];
                    }
                    out.seconds(labels, i, nanos, count);
                } else {
                    double[] values = out.doubles(count);
                    System.arraycopy(results, i, values, 0, count);
                    out.values(labels, i, values, count);
                }
            }
        }
    }

    /** The names of a family and its samples in both text formats, resolved when a format is first written. Thread-safe. */
    static final class Names {
        private @Nullable Resolved text;
        private @Nullable Resolved openMetrics;

        private record Resolved(@Nullable FamilyText names) {}

        private synchronized @Nullable FamilyText in(TextFormat format, Family family) {
            Resolved resolved = format.isOpenMetrics() ? openMetrics : text;
            if (resolved == null) {
                resolved = new Resolved(
                        family.isExactCounter() && !format.isOpenMetrics()
                                ? format.counterNamedAs(family.gaugeExample())
                                : format.names(family.example()));
                if (format.isOpenMetrics()) {
                    openMetrics = resolved;
                } else {
                    text = resolved;
                }
            }
            return resolved.names;
        }
    }
}
