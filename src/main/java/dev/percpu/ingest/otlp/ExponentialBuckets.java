package dev.percpu.ingest.otlp;

import dev.percpu.histogram.NativeHistogramSchema;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The counts of an exponential histogram's buckets. Bucket {@code i} holds the amounts in (base<sup>i</sup>, base<sup>i+1</sup>], where base
 * is {@code 2^(2^-scale)}. Immutable.
 *
 * @param offset index of the bucket of the first count
 * @param counts counts of successive buckets; the array must not be changed
 * @param zeroThreshold largest amount that counts as 0
 */
record ExponentialBuckets(int scale, int offset, long[] counts, long zeroCount, double zeroThreshold) {
    /** Scales of the protocol are any integer. Beyond these, all amounts are in one or two buckets, or each has its own. */
    static final int MIN_SCALE = -11;

    static final int MAX_SCALE = 20;

    /** Largest number of buckets of a point. Those of an SDK are 160 by default. */
    static final int MAX_BUCKETS = 10_000;

    /** Largest absolute value of an offset: at the finest scale, that of the largest double. */
    private static final int MAX_OFFSET = 1 << 30;

    /**
     * Returns the positive buckets of a point.
     *
     * @throws RejectedException if they are out of range
     */
    static ExponentialBuckets of(ExponentialHistogramDataPoint point) throws RejectedException {
        var positive = point.getPositive();
        if (point.getScale() < MIN_SCALE
                || point.getScale() > MAX_SCALE
                || positive.getBucketCountsCount() > MAX_BUCKETS
                || Math.abs((long) positive.getOffset()) > MAX_OFFSET) {
            throw new RejectedException(
                    Rejection.BOUNDS,
                    "buckets must be at most " + MAX_BUCKETS + ", of a scale from " + MIN_SCALE + " to " + MAX_SCALE);
        }
        if (!(point.getZeroThreshold() >= 0) || point.getZeroThreshold() == Double.POSITIVE_INFINITY) {
            throw new RejectedException(Rejection.BOUNDS, "zero threshold must be finite and at least 0");
        }
        // Empty buckets at both ends are left out.
        int first = 0;
        int end = positive.getBucketCountsCount();
        while (first < end && positive.getBucketCounts(first) == 0) {
            first++;
        }
        while (end > first && positive.getBucketCounts(end - 1) == 0) {
            end--;
        }
        long[] counts = new long[end - first];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = positive.getBucketCounts(first + i);
        }
        return new ExponentialBuckets(
                point.getScale(), positive.getOffset() + first, counts, point.getZeroCount(), point.getZeroThreshold());
    }

    /** Returns the sum of all counts; -1 if one is negative or the sum overflows. */
    long count() {
        long sum = zeroCount;
        for (long count : counts) {
            if (count < 0 || sum < 0) {
                return -1;
            }
            sum += count;
        }
        return sum < 0 ? -1 : sum;
    }

    /** Returns these counts in fewer, wider buckets. */
    ExponentialBuckets atScale(int coarser) {
        if (coarser >= scale) {
            return this;
        }
        int shift = scale - coarser;
        int first = shifted(offset, shift);
        int last = shifted(offset + counts.length - 1, shift);
        long[] merged = new long[counts.length == 0 ? 0 : last - first + 1];
        for (int i = 0; i < counts.length; i++) {
            merged[shifted(offset + i, shift) - first] += counts[i];
        }
        return new ExponentialBuckets(coarser, first, merged, zeroCount, zeroThreshold);
    }

    private static int shifted(int index, int shift) {
        return shift > 31 ? (index < 0 ? -1 : 0) : index >> shift;
    }

    /** Returns these counts with a zero bucket that is at least as wide. A bucket that begins below the threshold moves into it whole. */
    ExponentialBuckets withZeroThreshold(double wider) {
        if (wider <= zeroThreshold) {
            return this;
        }
        int below = 0;
        long zeros = zeroCount;
        while (below < counts.length && lower(below) < wider) {
            zeros += counts[below++];
        }
        long[] rest = Arrays.copyOfRange(counts, below, counts.length);
        double threshold = below == 0 ? wider : Math.max(wider, upper(below - 1));
        return new ExponentialBuckets(scale, offset + below, rest, zeros, threshold);
    }

    /**
     * Returns what was counted since an earlier state of the same histogram; null if the earlier state has counts that this one lacks.
     */
    @Nullable
    ExponentialBuckets since(ExponentialBuckets earlier) {
        int common = Math.min(scale, earlier.scale);
        ExponentialBuckets now = atScale(common);
        ExponentialBuckets before = earlier.atScale(common);
        now = now.withZeroThreshold(before.zeroThreshold);
        before = before.withZeroThreshold(now.zeroThreshold);
        now = now.withZeroThreshold(before.zeroThreshold);
        long zeros = now.zeroCount - before.zeroCount;
        if (zeros < 0) {
            return null;
        }
        long[] difference = now.counts.clone();
        for (int i = 0; i < before.counts.length; i++) {
            long count = before.counts[i];
            int index = before.offset + i - now.offset;
            if (count != 0) {
                if (index < 0 || index >= difference.length || difference[index] < count) {
                    return null;
                }
                difference[index] -= count;
            }
        }
        return new ExponentialBuckets(common, now.offset, difference, zeros, now.zeroThreshold);
    }

    /** Returns the exclusive lower bound of the bucket of a count. */
    double lower(int i) {
        return bound(scale, offset + i);
    }

    /** Returns the inclusive upper bound of the bucket of a count; infinity beyond the range of doubles. */
    double upper(int i) {
        return bound(scale, offset + i + 1);
    }

    /** Returns base<sup>index</sup>. Bounds of a scale that Prometheus has are exactly those of its schema. */
    static double bound(int scale, int index) {
        int coarse = scale;
        int i = index;
        // Not every index of a fine scale is one of a schema of Prometheus.
        while (coarse > NativeHistogramSchema.MAX_SCHEMA && (i & 1) == 0) {
            i >>= 1;
            coarse--;
        }
        if (coarse > NativeHistogramSchema.MAX_SCHEMA) {
            double exponent = Math.scalb((double) i, -coarse);
            int whole = (int) Math.floor(exponent);
            return Math.scalb(Math.pow(2, exponent - whole), whole);
        }
        long power = coarse >= 0 ? (long) i >> coarse : (long) i << -coarse;
        if (power >= Double.MAX_EXPONENT + 1) {
            return Double.POSITIVE_INFINITY;
        }
        if (power < Double.MIN_EXPONENT) {
            return 0; // a subnormal number at most
        }
        return coarse < 0 ? Math.scalb(1.0, (int) power) : NativeHistogramSchema.upper(coarse, i);
    }

    /**
     * Returns the index of the Prometheus bucket for the bucket of a count: the bucket that contains it, or, if the schema is finer, the last
     * one in it.
     *
     * @param schema a schema of Prometheus, -4 to 8
     */
    long schemaIndex(int i, int schema) {
        long index = (long) offset + i;
        int shift = scale - schema;
        // Prometheus numbers a bucket by its upper bound.
        return shift >= 0 ? (shift > 62 ? index < 0 ? -1 : 0 : index >> shift) + 1 : (index + 1) << -shift;
    }
}
