package dev.percpu.ingest.otlp;

import dev.percpu.histogram.NativeHistogramSchema;
import java.util.Arrays;

/**
 * The cells of a native histogram, by the upper bound of each. Immutable.
 *
 * @param schema schema of the cells
 * @param bounds inclusive upper bounds, ascending: the zero bucket first, without the last cell
 */
record NativeCells(int schema, double[] bounds) {
    /** For histograms with explicit bounds. */
    static final NativeCells NONE = new NativeCells(0, new double[0]);

    /** Returns the number of cells, that above the last bound included. */
    int size() {
        return bounds.length + 1;
    }

    /**
     * Adds counts to cells. A bucket that is wider than the cells goes to the last cell in it, and one below the cells to that of the zero
     * bucket.
     *
     * @param cells receives the counts
     */
    void add(ExponentialBuckets buckets, long[] cells) {
        cells[0] += buckets.zeroCount();
        long[] counts = buckets.counts();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                cells[cellOf(buckets.schemaIndex(i, schema))] += counts[i];
            }
        }
    }

    private int cellOf(long schemaIndex) {
        double upper =
                ExponentialBuckets.bound(schema, Math.clamp(schemaIndex, Integer.MIN_VALUE / 2, Integer.MAX_VALUE / 2));
        int cell = Arrays.binarySearch(bounds, upper);
        return cell >= 0 ? cell : -cell - 1;
    }

    /** Returns the largest expected schema for points of a scale. */
    static int schemaFor(int scale) {
        return Math.clamp(scale, NativeHistogramSchema.MIN_SCHEMA, NativeHistogramSchema.MAX_SCHEMA);
    }
}
