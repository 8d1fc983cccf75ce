package dev.percpu.shard;

import dev.percpu.binding.SumKind;
import java.util.Arrays;

/** The observations of an {@link ObservationCell}: a count per bucket and the sum of the counted amounts. Immutable and thread-safe. */
public final class Observations {
    private final SumKind sumKind;
    private final long[] bucketCounts;

    /** A long, or the raw bits of a double. */
    private final long sumWord;

    private Observations(SumKind sumKind, long[] bucketCounts, long sumWord) {
        if (bucketCounts.length == 0) {
            throw new IllegalArgumentException("bucketCounts must have at least 1 element (+Inf), but had 0");
        }
        this.sumKind = sumKind;
        this.bucketCounts = bucketCounts.clone();
        this.sumWord = sumWord;
    }

    /**
     * Creates observations.
     *
     * @param bucketCounts count of each bucket, not cumulative, +Inf last; copied
     * @param sumWord sum of all amounts, a long or the raw bits of a double
     */
    static Observations of(SumKind sumKind, long[] bucketCounts, long sumWord) {
        return new Observations(sumKind, bucketCounts, sumWord);
    }

    static Observations ofLongs(long[] bucketCounts, long sum) {
        return new Observations(SumKind.LONG, bucketCounts, sum);
    }

    static Observations ofDoubles(long[] bucketCounts, double sum) {
        return new Observations(SumKind.DOUBLE, bucketCounts, Double.doubleToRawLongBits(sum));
    }

    static Observations none(SumKind sumKind, int buckets) {
        return new Observations(sumKind, new long[buckets], 0);
    }

    /** Returns a copy of the counts of the buckets, not cumulative, +Inf last. */
    public long[] bucketCounts() {
        return bucketCounts.clone();
    }

    /** Returns the number of observations, which is the sum of the bucket counts. */
    public long count() {
        long count = 0;
        for (long bucket : bucketCounts) {
            count += bucket;
        }
        return count;
    }

    /** Returns the sum of the amounts that the buckets count. A sum of longs is rounded to a double. */
    public double sum() {
        return sumKind.toDouble(sumWord);
    }

    /** For tests. Returns the sum, as a long or as the raw bits of a double. */
    long sumWord() {
        return sumWord;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Observations that
                && sumKind == that.sumKind
                && sumWord == that.sumWord
                && Arrays.equals(bucketCounts, that.bucketCounts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(bucketCounts) + Long.hashCode(sumWord);
    }

    @Override
    public String toString() {
        Object sum = sumKind == SumKind.LONG ? (Object) sumWord : (Object) sum();
        return "Observations[bucketCounts=" + Arrays.toString(bucketCounts) + ", sum=" + sum + ']';
    }
}
