package dev.percpu.histogram;

import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.util.Arrays;

/**
 * A native histogram as seen in a meter's cells, of which each of its buckets is a run. Immutable.
 *
 * @param bounds the bounds of its buckets in the unit of the amounts
 * @param cellsUpTo per bound: how many of the meter's cells, from the first, hold the amounts up to it
 */
record NativeHistogramProjection(NativeHistogramLayout buckets, double[] bounds, int[] cellsUpTo) {
    /**
     * @param cells bounds of the meter's cells, which contain all of the native histogram's
     */
    static NativeHistogramProjection ofLongs(NativeHistogramLayout buckets, long[] cells) {
        long[] bounds = buckets.cells().longs();
        int[] cellsUpTo = Arrays.stream(bounds)
                .mapToInt(bound -> Arrays.binarySearch(cells, bound) + 1)
                .toArray();
        return new NativeHistogramProjection(
                buckets, Arrays.stream(bounds).asDoubleStream().toArray(), cellsUpTo);
    }

    /** The same for any amounts. */
    static NativeHistogramProjection ofDoubles(NativeHistogramLayout buckets, double[] cells) {
        double[] bounds = buckets.cells().doubles();
        int[] cellsUpTo = Arrays.stream(bounds)
                .mapToInt(bound -> Arrays.binarySearch(cells, bound) + 1)
                .toArray();
        return new NativeHistogramProjection(buckets, bounds, cellsUpTo);
    }

    NativeHistogramCounts counted(long[] cellCounts) {
        long[] counts = new long[cellsUpTo.length + 1];
        int cell = 0;
        for (int i = 0; i < counts.length; i++) {
            int end = i < cellsUpTo.length ? cellsUpTo[i] : cellCounts.length;
            for (; cell < end; cell++) {
                counts[i] += cellCounts[cell];
            }
        }
        return buckets.counted(counts);
    }

    /** As Micrometer has buckets: up to each bound, +Inf left out. */
    CountAtBucket[] cumulative(long[] cellCounts) {
        CountAtBucket[] counts = new CountAtBucket[bounds.length];
        long cumulative = 0;
        int cell = 0;
        for (int i = 0; i < counts.length; i++) {
            for (; cell < cellsUpTo[i]; cell++) {
                cumulative += cellCounts[cell];
            }
            counts[i] = new CountAtBucket(bounds[i], cumulative);
        }
        return counts;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NativeHistogramProjection that
                && buckets.equals(that.buckets)
                && Arrays.equals(cellsUpTo, that.cellsUpTo);
    }

    @Override
    public int hashCode() {
        return buckets.hashCode();
    }

    @Override
    public String toString() {
        return "native histogram, " + buckets;
    }
}
