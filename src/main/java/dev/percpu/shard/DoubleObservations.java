package dev.percpu.shard;

import java.util.Arrays;

/**
 * What a {@link DoubleObservationCell} has seen. Immutable: arrays are copied on the way in and out.
 *
 * @param bucketCounts observations per bucket, not cumulative, +Inf last
 * @param sum total of exactly the observations that the buckets count
 */
public record DoubleObservations(long[] bucketCounts, double sum) {
    public DoubleObservations {
        if (bucketCounts.length == 0) {
            throw new IllegalArgumentException("observations have at least one bucket (+Inf)");
        }
        bucketCounts = bucketCounts.clone();
    }

    /** Nothing seen yet. */
    public static DoubleObservations none(int buckets) {
        return new DoubleObservations(new long[buckets], 0.0);
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
        return other instanceof DoubleObservations that
                && Arrays.equals(bucketCounts, that.bucketCounts)
                && Double.compare(sum, that.sum) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(bucketCounts) + Double.hashCode(sum);
    }

    @Override
    public String toString() {
        return "DoubleObservations[bucketCounts=" + Arrays.toString(bucketCounts) + ", sum=" + sum + ']';
    }
}
