package dev.percpu.histogram;

import dev.percpu.shard.BucketBounds;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.Arrays;

/**
 * The cells of a native histogram. Immutable and thread-safe. In ascending order these are:
 *
 * <ol>
 *   <li>one cell for the zero bucket;
 *   <li>one cell for each bucket that contains expected amounts;
 *   <li>above the expected amounts, one cell for each power of two (for a schema below 0, for each bucket);
 *   <li>one cell for larger amounts. A timer has no amounts in it.
 * </ol>
 *
 * <p>The schema is the finest one, at most the configured schema, at which the expected amounts need at most {@code maxBuckets} buckets. If
 * they need fewer, the remaining buckets extend the range: downwards, or upwards if a zero threshold is configured. The range of a summary is
 * not extended to more powers of two than leave 32 above it.
 *
 * <p>The tail is the cells above the expected amounts. The count of a cell for a power of two is exposed in the last bucket of that power
 * of two. So an amount in the tail is exposed as at least itself and at most twice itself, and cumulative counts at powers of two are
 * exact. Amounts in the last cell are exposed as +Inf.
 *
 * @param schema resolution of all buckets
 * @param zeroThreshold inclusive upper bound of the zero bucket, in the base unit
 * @param cells inclusive upper bounds of the cells, in the unit of the amounts; the zero bucket first
 * @param indexes per cell after the zero bucket's: the index of the bucket in which its count is exposed
 */
record NativeHistogramLayout(int schema, double zeroThreshold, BucketBounds cells, int[] indexes) {
    /** Largest number of cells for powers of two above the expected amounts of a summary: 32, and the rest of the last expected one. */
    private static final int SUMMARY_TAIL_CELLS = 33;

    /** Number of cells for powers of two above the expected amounts of a timer: the bits of a long. */
    private static final int TIMER_TAIL_CELLS = 64;

    /** Number of powers of two that the native bucket index covers for doubles (64), less one at each end. */
    private static final int MAX_SUMMARY_POWERS = 62;

    /** More powers of two than a double has, so that they do not limit the range of a timer. */
    private static final int MAX_TIMER_POWERS = 4_096;

    /** Ratio of the largest to the smallest expected amount if only the latter is configured: 40 powers of two. */
    private static final double DEFAULT_RANGE = 0x1p39;

    private static final double NANOS_PER_SECOND = 1e9;

    /**
     * Returns the layout of a timer, whose amounts are whole nanoseconds and whose base unit is the second.
     *
     * @param minNanos smallest expected amount, in nanoseconds
     * @param maxNanos largest expected amount, in nanoseconds; +Inf if none is configured
     */
    static NativeHistogramLayout ofNanos(NativeHistogramSettings settings, double minNanos, double maxNanos) {
        Range range = Range.of(settings, minNanos / NANOS_PER_SECOND, maxNanos / NANOS_PER_SECOND, MAX_TIMER_POWERS);
        double[] upper = range.bounds(TIMER_TAIL_CELLS);
        int[] indexes = range.indexes(TIMER_TAIL_CELLS);
        long[] bounds = new long[upper.length];
        bounds[0] = Math.min(nanosUpTo(range.zeroThreshold), Long.MAX_VALUE - 1);
        int used = 1;
        for (int i = 1; i < upper.length && bounds[used - 1] < Long.MAX_VALUE; i++) {
            long bound = nanosUpTo(upper[i]);
            if (bound > bounds[used - 1]) { // otherwise the bucket is so narrow that it contains no whole nanosecond
                indexes[used - 1] = indexes[i - 1];
                bounds[used++] = bound;
            }
        }
        if (bounds[used - 1] == Long.MAX_VALUE) {
            used--; // no amount is larger: this cell is the last one, which has no bound
        } else {
            indexes[used - 1] = indexes[indexes.length - 1];
        }
        return new NativeHistogramLayout(
                range.schema,
                range.zeroThreshold,
                BucketBounds.ofLongs(Arrays.copyOf(bounds, used)),
                Arrays.copyOf(indexes, used));
    }

    /**
     * Returns the layout of a summary, whose amounts are in the base unit.
     *
     * @param min smallest expected amount, in the base unit
     * @param max largest expected amount, in the base unit; +Inf if none is configured
     */
    static NativeHistogramLayout ofAmounts(NativeHistogramSettings settings, double min, double max) {
        // A fixed zero threshold extends the range upwards, where it replaces the tail.
        int maxPowers = MAX_SUMMARY_POWERS - (settings.zeroThreshold() > 0 ? 1 : SUMMARY_TAIL_CELLS);
        Range range = Range.of(settings, min, max, maxPowers);
        int tail = Math.clamp(MAX_SUMMARY_POWERS - range.powersOfTwo(), 1, SUMMARY_TAIL_CELLS);
        return new NativeHistogramLayout(
                range.schema, range.zeroThreshold, BucketBounds.ofDoubles(range.bounds(tail)), range.indexes(tail));
    }

    /** Returns the largest whole number of nanoseconds whose value in seconds, as a double, is at most {@code seconds}. */
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
     * Returns the counts of the buckets.
     *
     * @param cellCounts the count of each cell: those of {@link #cells}, then the cell without a bound
     */
    NativeHistogramCounts counts(long[] cellCounts) {
        int[] populatedIndexes = new int[indexes.length];
        long[] populatedCounts = new long[indexes.length];
        int size = 0;
        for (int i = 0; i < indexes.length; i++) {
            if (cellCounts[i + 1] > 0) {
                populatedIndexes[size] = indexes[i];
                populatedCounts[size++] = cellCounts[i + 1];
            }
        }
        return new NativeHistogramCounts(
                schema,
                zeroThreshold,
                cellCounts[0],
                NativeHistogramBuckets.of(Arrays.copyOf(populatedIndexes, size), Arrays.copyOf(populatedCounts, size)));
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
        return "schema " + schema + ", zero threshold " + zeroThreshold + ", cells " + cells;
    }

    /**
     * The buckets of full resolution, all above the zero threshold.
     *
     * @param zeroThreshold in the base unit
     * @param first index of the first bucket
     * @param last index of the last bucket
     */
    private record Range(int schema, double zeroThreshold, int first, int last) {
        /**
         * Returns the range of a meter.
         *
         * @param min smallest expected amount, in the base unit
         * @param max largest expected amount, in the base unit
         * @param maxPowers number of powers of two to which the range may be extended
         */
        static Range of(NativeHistogramSettings settings, double min, double max, int maxPowers) {
            boolean fixedThreshold = settings.zeroThreshold() > 0;
            // The limits keep all bounds in the range of normal doubles.
            double low = Math.clamp(fixedThreshold ? settings.zeroThreshold() : min, 0x1p-500, 0x1p500);
            double high = Math.clamp(max < Double.POSITIVE_INFINITY ? max : low * DEFAULT_RANGE, low, 0x1p900);
            double lowest = fixedThreshold ? Math.nextUp(low) : low;
            int schema = settings.schema();
            while (schema > NativeHistogramSchema.MIN_SCHEMA && size(schema, lowest, high) > settings.maxBuckets()) {
                schema--;
            }
            int first = NativeHistogramSchema.indexOf(schema, lowest);
            int last = Math.max(first, NativeHistogramSchema.indexOf(schema, high));
            int expected = last - first + 1;
            int remaining = settings.maxBuckets() - expected;
            int extension = Math.min(remaining, maxExtension(schema, expected, maxPowers));
            if (fixedThreshold && remaining >= 0) {
                return new Range(schema, low, first, last + extension);
            }
            int extendedFirst = first - extension;
            return new Range(schema, NativeHistogramSchema.upper(schema, extendedFirst - 1), extendedFirst, last);
        }

        private static int size(int schema, double low, double high) {
            return NativeHistogramSchema.indexOf(schema, high) - NativeHistogramSchema.indexOf(schema, low) + 1;
        }

        /**
         * Returns the largest number of buckets that extend a range.
         *
         * @param expected number of buckets of the range
         * @param maxPowers number of powers of two that all buckets may cover
         */
        private static int maxExtension(int schema, int expected, int maxPowers) {
            int buckets = schema >= 0 ? (maxPowers - 1) << schema : maxPowers >> -schema;
            // More than 64 powers of two would only hold unrealistic amounts.
            return Math.clamp(buckets - expected, 0, schema >= 0 ? 64 << schema : 64 >> -schema);
        }

        /** Returns an upper bound of the number of powers of two that these buckets cover. */
        int powersOfTwo() {
            return powersOfTwo(schema, buckets());
        }

        private static int powersOfTwo(int schema, int buckets) {
            return schema >= 0 ? (buckets >> schema) + 1 : buckets << -schema;
        }

        private int buckets() {
            return last - first + 1;
        }

        /** Returns the schema index of bucket {@code i}. From {@code buckets()} on, this is the last bucket of the next power of two. */
        private int index(int i) {
            int step = schema > 0 ? 1 << schema : 1;
            return i < buckets() ? first + i : (Math.floorDiv(last, step) + 1 + i - buckets()) * step;
        }

        /**
         * Returns the inclusive upper bounds of the cells, without +Inf: the zero threshold, then one for each bucket.
         *
         * @param tail number of buckets after the last one
         */
        double[] bounds(int tail) {
            double[] bounds = new double[1 + buckets() + tail];
            bounds[0] = zeroThreshold;
            for (int i = 1; i < bounds.length; i++) {
                bounds[i] = NativeHistogramSchema.upper(schema, index(i - 1));
            }
            return bounds;
        }

        /**
         * Returns the bucket indexes of the cells after the zero bucket's.
         *
         * @param tail number of buckets after the last one
         */
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
