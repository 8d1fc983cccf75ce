package dev.percpu.shard;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Upper bounds of a histogram's buckets: inclusive, strictly ascending, zero or more. The last bucket (+Inf) is implicit, so that
 * {@link #buckets()} is one more than the number of bounds.
 *
 * <p>Bounds are either whole (for {@link LongObservationCell}, say nanoseconds) or floating-point (for {@link DoubleObservationCell});
 * {@link #none()} is both. Immutable and thread-safe.
 */
public final class BucketBounds {
    private static final long[] NO_LONGS = {};
    private static final double[] NO_DOUBLES = {};
    private static final BucketBounds NONE = new BucketBounds(NO_LONGS, NO_DOUBLES);

    /** Null when these are floating-point bounds. */
    private final long @Nullable [] longs;

    /** Null when these are whole bounds. */
    private final double @Nullable [] doubles;

    private final int count;

    private BucketBounds(long @Nullable [] longs, double @Nullable [] doubles) {
        this.longs = longs;
        this.doubles = doubles;
        this.count = longs != null ? longs.length : doubles != null ? doubles.length : 0;
    }

    /** No bounds: one bucket that takes every amount. */
    public static BucketBounds none() {
        return NONE;
    }

    /**
     * @param bounds in the unit of the amounts to be observed, each at least 0 and larger than the one before; copied
     * @throws IllegalArgumentException naming the bound that breaks the rule
     */
    public static BucketBounds ofLongs(long... bounds) {
        long[] copy = bounds.clone();
        for (int i = 0; i < copy.length; i++) {
            if (copy[i] < 0 || (i > 0 && copy[i] <= copy[i - 1])) {
                throw rejected(i, Long.toString(copy[i]), Arrays.toString(copy));
            }
        }
        return copy.length == 0 ? NONE : new BucketBounds(copy, null);
    }

    /**
     * @param bounds in the unit of the amounts to be observed, each finite, at least 0 and larger than the one before; copied
     * @throws IllegalArgumentException naming the bound that breaks the rule
     */
    public static BucketBounds ofDoubles(double... bounds) {
        double[] copy = bounds.clone();
        for (int i = 0; i < copy.length; i++) {
            if (!(copy[i] >= 0) || Double.isInfinite(copy[i]) || (i > 0 && copy[i] <= copy[i - 1])) {
                throw rejected(i, Double.toString(copy[i]), Arrays.toString(copy));
            }
            copy[i] += 0.0; // -0.0 becomes 0.0: the search may then compare raw bits
        }
        return copy.length == 0 ? NONE : new BucketBounds(null, copy);
    }

    private static IllegalArgumentException rejected(int index, String bound, String all) {
        return new IllegalArgumentException("bucket bound " + bound + " at index " + index
                + " must be finite, at least 0 and larger than the bound before it: " + all);
    }

    /** Number of buckets, +Inf included: at least 1. */
    public int buckets() {
        return count + 1;
    }

    /**
     * A copy of the whole bounds, without +Inf.
     *
     * @throws IllegalArgumentException if these are floating-point bounds
     */
    public long[] longs() {
        if (longs == null) {
            throw new IllegalArgumentException("whole bucket bounds are needed here, not " + this);
        }
        return longs.clone();
    }

    /**
     * A copy of the floating-point bounds, without +Inf.
     *
     * @throws IllegalArgumentException if these are whole bounds
     */
    public double[] doubles() {
        if (doubles == null) {
            throw new IllegalArgumentException("floating-point bucket bounds are needed here, not " + this);
        }
        return doubles.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BucketBounds that
                && Arrays.equals(longs, that.longs)
                && Arrays.equals(doubles, that.doubles);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(longs) + Arrays.hashCode(doubles);
    }

    @Override
    public String toString() {
        return longs != null ? Arrays.toString(longs) : Arrays.toString(doubles);
    }
}
