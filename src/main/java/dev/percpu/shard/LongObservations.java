package dev.percpu.shard;

import java.util.Arrays;

/**
 * What a {@link LongObservationCell} has seen. Immutable: arrays are copied on the way in and out.
 *
 * @param bucketCounts observations per bucket, not cumulative, +Inf last
 * @param sum total of exactly the observations that the buckets count
 */
public record LongObservations(long[] bucketCounts, long sum) {
    public LongObservations {
        if (bucketCounts.length == 0) {
            throw new IllegalArgumentException("observations have at least one bucket (+Inf)");
        }
        bucketCounts = bucketCounts.clone();
    }

    /** Nothing seen yet. */
    public static LongObservations none(int buckets) {
        return new LongObservations(new long[buckets], 0);
    }

    @Override
    public long[] bucketCounts() {
        return bucketCounts.clone();
    }

    /** Number of observations: the sum of the bucket counts. */
    public long count() {
        long count = 0;
        for (long bucket : bucketCounts) {
            count += bucket;
        }
        return count;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LongObservations that
                && Arrays.equals(bucketCounts, that.bucketCounts)
                && sum == that.sum;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(bucketCounts) + Long.hashCode(sum);
    }

    @Override
    public String toString() {
        return "LongObservations[bucketCounts=" + Arrays.toString(bucketCounts) + ", sum=" + sum + ']';
    }
}
