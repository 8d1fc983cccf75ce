package dev.percpu.scrape;

import dev.percpu.exposition.LabelColumn;
import dev.percpu.exposition.SampleWriter;
import dev.percpu.exposition.TextFormat;
import dev.percpu.exposition.TextNames;
import dev.percpu.family.Family;
import dev.percpu.family.PointWriter;
import dev.percpu.meter.CellMeter;
import dev.percpu.shard.CellColumn;
import dev.percpu.shard.ObservationCell;
import io.micrometer.core.instrument.Clock;
import java.io.IOException;
import java.lang.ref.Reference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A family of meters in cells as the text formats write it: its meters in the order of their labels, and whatever of them is the same in
 * every scrape, side by side. Thread-safe.
 */
abstract sealed class FamilyRow {
    private final Family family;
    private final List<CellMeter> meters;

    /** Of each of the meters; null if they look different to different clients. */
    private final @Nullable LabelColumn labels;

    private final Names names;

    private FamilyRow(Family family, List<CellMeter> meters, @Nullable LabelColumn labels, Names names) {
        this.family = family;
        this.meters = meters;
        this.labels = labels;
        this.names = names;
    }

    /** Memory that one scrape after the other writes by. */
    static final class Buffers {
        private double[] maxima = {};

        private double[] maxima(int atLeast) {
            if (maxima.length < atLeast) {
                maxima = new double[atLeast];
            }
            return maxima;
        }
    }

    final Family family() {
        return family;
    }

    final List<CellMeter> meters() {
        return meters;
    }

    final @Nullable LabelColumn labels() {
        return labels;
    }

    /** For the row that takes the place of this one. */
    final Names names() {
        return names;
    }

    /** How the family is written sample by sample; null if it has to be written by the client's own writer. */
    final @Nullable TextNames names(TextFormat format) {
        return labels == null ? null : names.in(format, family);
    }

    /**
     * Writes the samples of all meters.
     *
     * @param clock the meters' own
     * @param out has been told the family
     */
    final void write(ScrapeCells cells, Clock clock, Buffers buffers, SampleWriter out) throws IOException {
        if (labels == null) {
            throw new IllegalStateException(family.name() + " has no labels that all clients read");
        }
        write(labels, cells, clock, buffers, out);
    }

    abstract void write(LabelColumn labelled, ScrapeCells cells, Clock clock, Buffers buffers, SampleWriter out)
            throws IOException;

    /** Counters, or all but the maxima of timers and summaries. */
    static final class Main extends FamilyRow {
        private final @Nullable CellColumn column;

        /** Writes all points out of the column; null if the meters have to be asked. */
        private final @Nullable PointWriter writer;

        Main(Family family, List<CellMeter> meters, @Nullable LabelColumn labels, Names names) {
            super(family, meters, labels, names);
            PointWriter first = meters.getFirst().plainWriter();
            boolean same = first != null && meters.stream().allMatch(meter -> first.equals(meter.plainWriter()));
            this.column =
                    same ? CellColumn.of(meters.stream().map(CellMeter::cell).toList()) : null;
            this.writer = first;
        }

        @Override
        void write(LabelColumn labelled, ScrapeCells cells, Clock clock, Buffers buffers, SampleWriter out)
                throws IOException {
            int size = meters().size();
            if (column == null || writer == null) {
                for (int place = 0; place < size; place++) {
                    labelled.point(place, out);
                    meters().get(place).write(cells.totals(), out);
                }
                return;
            }
            CellColumn.Cursor reading = column.cursor(cells.reader());
            for (int place = 0; place < size; place++) {
                labelled.point(place, out);
                writer.write(reading, place, out);
            }
            Reference.reachabilityFence(this); // its cells are nobody else's meanwhile
        }
    }

    /** The maxima of timers, or of summaries. */
    static final class OfMaxima extends FamilyRow {
        private final MaxColumn maxima;
        private final boolean inNanos;

        OfMaxima(Family family, List<CellMeter> meters, @Nullable LabelColumn labels, Names names) {
            super(family, meters, labels, names);
            this.maxima = new MaxColumn(meters);
            this.inNanos = meters.getFirst().cell() instanceof ObservationCell cell && cell.isOfLongs();
        }

        @Override
        void write(LabelColumn labelled, ScrapeCells cells, Clock clock, Buffers buffers, SampleWriter out)
                throws IOException {
            int size = meters().size();
            double[] largest = buffers.maxima(size);
            // All before the first is written: what is drained must not be lost when the reader goes away.
            maxima.drain(clock.wallTime(), largest);
            for (int place = 0; place < size; place++) {
                labelled.point(place, out);
                if (inNanos) {
                    out.seconds(SampleWriter.VALUE, (long) largest[place]);
                } else {
                    out.value(SampleWriter.VALUE, largest[place], null);
                }
            }
        }
    }

    /** How the family and its samples are called, worked out when a format is first written. */
    static final class Names {
        private @Nullable Found text;
        private @Nullable Found openMetrics;

        private record Found(@Nullable TextNames names) {}

        private synchronized @Nullable TextNames in(TextFormat format, Family family) {
            Found found = format.isOpenMetrics() ? openMetrics : text;
            if (found == null) {
                found = new Found(format.names(family.specimen()));
                if (format.isOpenMetrics()) {
                    openMetrics = found;
                } else {
                    text = found;
                }
            }
            return found.names;
        }
    }
}
