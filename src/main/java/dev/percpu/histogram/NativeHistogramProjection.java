package dev.percpu.histogram;

import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.util.Arrays;

/**
 * A native histogram that is computed from the cells of a meter. Each of its buckets is a run of adjacent cells. Immutable and thread-safe.
 *
 * @param bounds upper bounds of the native histogram's own cells, in the unit of the amounts
 * @param cellEnds per bound: the number of the meter's cells, from the first, that hold the amounts up to it
 */
record NativeHistogramProjection(NativeHistogramLayout layout, double[] bounds, int[] cellEnds) {
    /**
     * Returns the projection of amounts in whole nanoseconds.
     *
     * @param cells bounds of the meter's cells, all of the layout's among them
     */
    static NativeHistogramProjection ofLongs(NativeHistogramLayout layout, long[] cells) {
        long[] bounds = layout.cells().longs();
        int[] cellEnds = Arrays.stream(bounds)
                .mapToInt(bound -> Arrays.binarySearch(cells, bound) + 1)
                .toArray();
        return new NativeHistogramProjection(
                layout, Arrays.stream(bounds).asDoubleStream().toArray(), cellEnds);
    }

    /**
     * Returns the projection of floating-point amounts.
     *
     * @param cells bounds of the meter's cells, all of the layout's among them
     */
    static NativeHistogramProjection ofDoubles(NativeHistogramLayout layout, double[] cells) {
        double[] bounds = layout.cells().doubles();
        int[] cellEnds = Arrays.stream(bounds)
                .mapToInt(bound -> Arrays.binarySearch(cells, bound) + 1)
                .toArray();
        return new NativeHistogramProjection(layout, bounds, cellEnds);
    }

    /** Returns the counts of the native histogram's buckets. */
    NativeHistogramCounts counts(long[] cellCounts) {
        long[] counts = new long[cellEnds.length + 1];
        int cell = 0;
        for (int i = 0; i < counts.length; i++) {
            int end = i < cellEnds.length ? cellEnds[i] : cellCounts.length;
            for (; cell < end; cell++) {
                counts[i] += cellCounts[cell];
            }
        }
        return layout.counts(counts);
    }

    /** Returns the buckets in Micrometer's form: the number of amounts up to each bound, without +Inf. */
    CountAtBucket[] cumulative(long[] cellCounts) {
        CountAtBucket[] counts = new CountAtBucket[bounds.length];
        long cumulative = 0;
        int cell = 0;
        for (int i = 0; i < counts.length; i++) {
            for (; cell < cellEnds[i]; cell++) {
                cumulative += cellCounts[cell];
            }
            counts[i] = new CountAtBucket(bounds[i], cumulative);
        }
        return counts;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NativeHistogramProjection that
                && layout.equals(that.layout)
                && Arrays.equals(cellEnds, that.cellEnds);
    }

    @Override
    public int hashCode() {
        return layout.hashCode();
    }

    @Override
    public String toString() {
        return "native histogram, " + layout;
    }
}
