package dev.percpu.histogram;

import dev.percpu.shard.BucketBounds;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.Arrays;

/**
 * The cells of a native histogram: the zero bucket, the buckets of one schema that hold the expected amounts, above them one for each power
 * of two, and one for the rest. Immutable.
 *
 * <p>The schema is the finest allowed one whose buckets for the expected amounts are not too many. What is left of the number extends them
 * downwards (with a zero threshold of one's own: upwards).
 *
 * <p>All above the expected amounts is told in the last bucket of its power of two, so up to twice as large as it is and never smaller;
 * what is counted up to a power of two is exact. Beyond the last one it is told to be infinite; no duration is.
 *
 * @param schema of all buckets
 * @param zeroThreshold inclusive upper bound of the zero bucket, in the base unit
 * @param cells inclusive upper bounds of the cells, in the unit of the amounts; the zero bucket first
 * @param indexes number of the bucket that each cell is told in, beginning with the one after the zero bucket
 */
record NativeHistogramLayout(int schema, double zeroThreshold, BucketBounds cells, int[] indexes) {
    /** Of the powers of two above the expected amounts, at most this many have a bucket of their own. */
    private static final int TAIL_OF_AMOUNTS = 32;

    /** As many powers of two as a 64-bit number has. */
    private static final int TAIL_OF_NANOS = 64;

    /** Powers of two that the native index of doubles covers, less one at each end. */
    private static final int OCTAVES_OF_AMOUNTS = 62;

    /** Largest expected amount, as a multiple of the smallest, where none was set: 40 powers of two with the smallest one. */
    private static final double UNBOUNDED = 0x1p39;

    private static final double NANOS_PER_SECOND = 1e9;

    /** For a timer, whose amounts are whole nanoseconds and whose base unit is the second. */
    static NativeHistogramLayout ofNanos(NativeHistogramSettings settings, double leastNanos, double mostNanos) {
        Range range = Range.of(settings, leastNanos / NANOS_PER_SECOND, mostNanos / NANOS_PER_SECOND);
        double[] upper = range.bounds(TAIL_OF_NANOS);
        int[] indexes = range.indexes(TAIL_OF_NANOS);
        long[] bounds = new long[upper.length];
        bounds[0] = Math.min(nanosUpTo(range.zeroThreshold), Long.MAX_VALUE - 1);
        int used = 1;
        for (int i = 1; i < upper.length && bounds[used - 1] < Long.MAX_VALUE; i++) {
            long bound = nanosUpTo(upper[i]);
            if (bound > bounds[used - 1]) { // else so narrow that no whole nanosecond is in it
                indexes[used - 1] = indexes[i - 1];
                bounds[used++] = bound;
            }
        }
        if (bounds[used - 1] == Long.MAX_VALUE) {
            used--; // no amount is above it: its cell is the last, which has no bound
        } else {
            indexes[used - 1] = indexes[indexes.length - 1];
        }
        return new NativeHistogramLayout(
                range.schema,
                range.zeroThreshold,
                BucketBounds.ofLongs(Arrays.copyOf(bounds, used)),
                Arrays.copyOf(indexes, used));
    }

    /** For a summary, whose amounts are in the base unit. */
    static NativeHistogramLayout ofAmounts(NativeHistogramSettings settings, double least, double most) {
        Range range = Range.of(settings, least, most);
        int tail = Math.clamp(OCTAVES_OF_AMOUNTS - range.octaves(), 1, TAIL_OF_AMOUNTS);
        return new NativeHistogramLayout(
                range.schema, range.zeroThreshold, BucketBounds.ofDoubles(range.bounds(tail)), range.indexes(tail));
    }

    /** The longest duration that is not longer than that when it is told in seconds. */
    private static long nanosUpTo(double seconds) {
        if (Long.MAX_VALUE / NANOS_PER_SECOND <= seconds) {
            return Long.MAX_VALUE;
        }
        long nanos = (long) (seconds * NANOS_PER_SECOND);
        while ((nanos + 1) / NANOS_PER_SECOND <= seconds) {
            nanos++;
        }
        while (nanos / NANOS_PER_SECOND > seconds) {
            nanos--;
        }
        return nanos;
    }

    /**
     * What the cells count.
     *
     * @param counts per cell of these buckets
     */
    NativeHistogramCounts counted(long[] counts) {
        int[] told = new int[indexes.length];
        long[] populated = new long[indexes.length];
        int size = 0;
        for (int i = 0; i < indexes.length; i++) {
            if (counts[i + 1] > 0) {
                told[size] = indexes[i];
                populated[size++] = counts[i + 1];
            }
        }
        return new NativeHistogramCounts(
                schema,
                zeroThreshold,
                counts[0],
                NativeHistogramBuckets.of(Arrays.copyOf(told, size), Arrays.copyOf(populated, size)));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NativeHistogramLayout that
                && schema == that.schema
                && zeroThreshold == that.zeroThreshold
                && cells.equals(that.cells)
                && Arrays.equals(indexes, that.indexes);
    }

    @Override
    public int hashCode() {
        return 31 * schema + cells.hashCode();
    }

    @Override
    public String toString() {
        return "schema " + schema + ", zero up to " + zeroThreshold + ", cells " + cells;
    }

    /** The buckets of full resolution: from the first to the last, above the zero threshold. In the base unit. */
    private record Range(int schema, double zeroThreshold, int first, int last) {
        static Range of(NativeHistogramSettings settings, double least, double most) {
            boolean ownThreshold = settings.zeroThreshold() > 0;
            // far from where bounds are no normal numbers any more
            double low = Math.clamp(ownThreshold ? settings.zeroThreshold() : least, 0x1p-500, 0x1p500);
            double high = Math.clamp(most < Double.POSITIVE_INFINITY ? most : low * UNBOUNDED, low, 0x1p900);
            double lowest = ownThreshold ? Math.nextUp(low) : low;
            int schema = settings.schema();
            while (schema > NativeHistogramSchema.MIN_SCHEMA && size(schema, lowest, high) > settings.maxBuckets()) {
                schema--;
            }
            int first = NativeHistogramSchema.indexOf(schema, lowest);
            int last = Math.max(first, NativeHistogramSchema.indexOf(schema, high));
            int left = settings.maxBuckets() - (last - first + 1);
            if (ownThreshold && left >= 0) {
                return new Range(schema, low, first, last + Math.min(left, reach(schema)));
            }
            int lowered = first - Math.min(left, reach(schema));
            return new Range(schema, NativeHistogramSchema.upper(schema, lowered - 1), lowered, last);
        }

        private static int size(int schema, double low, double high) {
            return NativeHistogramSchema.indexOf(schema, high) - NativeHistogramSchema.indexOf(schema, low) + 1;
        }

        /** No more than 64 powers of two are added to the expected ones: nobody has amounts there. */
        private static int reach(int schema) {
            return schema >= 0 ? 64 << schema : 64 >> -schema;
        }

        int octaves() {
            int buckets = last - first + 1;
            return schema >= 0 ? (buckets >> schema) + 1 : buckets << -schema;
        }

        private int buckets() {
            return last - first + 1;
        }

        /** Number of the i-th bucket, where those after the last one are of a power of two each, or of more with a schema below 0. */
        private int index(int i) {
            int step = schema > 0 ? 1 << schema : 1;
            return i < buckets() ? first + i : (Math.floorDiv(last, step) + 1 + i - buckets()) * step;
        }

        /** Upper bounds: the zero threshold, then bucket by bucket, with so many after the last one. */
        double[] bounds(int tail) {
            double[] bounds = new double[1 + buckets() + tail];
            bounds[0] = zeroThreshold;
            for (int i = 1; i < bounds.length; i++) {
                bounds[i] = NativeHistogramSchema.upper(schema, index(i - 1));
            }
            return bounds;
        }

        /** Of the buckets of all cells after the zero bucket's. */
        int[] indexes(int tail) {
            int[] indexes = new int[1 + buckets() + tail];
            for (int i = 0; i < indexes.length - 1; i++) {
                indexes[i] = index(i);
            }
            indexes[indexes.length - 1] = NativeHistogramSchema.infinite(schema);
            return indexes;
        }
    }
}
