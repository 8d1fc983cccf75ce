package dev.percpu.shard;

import dev.percpu.binding.SumKind;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The upper bounds of a histogram's buckets: inclusive, strictly ascending, at least 0. Immutable and thread-safe.
 *
 * <p>Bounds are either longs or doubles; no bounds are both. The last bucket (+Inf) has no bound here, so that {@link #buckets()} is
 * one more than the number of bounds.
 */
public final class BucketBounds {
    private static final BucketBounds NONE = new BucketBounds(null, new long[0]);

    /** Null if there are no bounds. */
    private final @Nullable SumKind kind;

    /** Longs, or the raw bits of doubles. Raw bits of doubles that are at least 0 sort like the doubles. */
    private final long[] words;

    private BucketBounds(@Nullable SumKind kind, long[] words) {
        this.kind = kind;
        this.words = words;
    }

    /**
     * Returns bounds that are longs.
     *
     * @param bounds bounds in the unit of the amounts, each at least 0 and larger than the one before; copied
     * @throws IllegalArgumentException if a bound is out of range or not larger than the bound before it
     */
    public static BucketBounds ofLongs(long... bounds) {
        long[] copy = bounds.clone();
        for (int i = 0; i < copy.length; i++) {
            if (copy[i] < 0 || (i > 0 && copy[i] <= copy[i - 1])) {
                throw rejected(i, Long.toString(copy[i]), Arrays.toString(copy));
            }
        }
        return copy.length == 0 ? NONE : new BucketBounds(SumKind.LONG, copy);
    }

    /**
     * Returns bounds that are doubles.
     *
     * @param bounds bounds in the unit of the amounts, each finite, at least 0 and larger than the one before; copied
     * @throws IllegalArgumentException if a bound is out of range or not larger than the bound before it
     */
    public static BucketBounds ofDoubles(double... bounds) {
        long[] words = new long[bounds.length];
        double previous = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < words.length; i++) {
            double bound = bounds[i];
            if (!(bound >= 0) || Double.isInfinite(bound) || bound <= previous) {
                throw rejected(i, Double.toString(bound), Arrays.toString(bounds));
            }
            words[i] = Double.doubleToRawLongBits(bound + 0.0); // -0.0 becomes 0.0, so that raw bits can be compared
            previous = bound;
        }
        return words.length == 0 ? NONE : new BucketBounds(SumKind.DOUBLE, words);
    }

    private static IllegalArgumentException rejected(int index, String bound, String all) {
        return new IllegalArgumentException("bucket bound at index " + index
                + " must be finite, at least 0 and larger than the bound before it, but was " + bound + ", in " + all);
    }

    /** Returns the number of buckets, +Inf included; at least 1. */
    public int buckets() {
        return words.length + 1;
    }

    /**
     * Returns a copy of the bounds, without +Inf.
     *
     * @throws IllegalArgumentException if the bounds are doubles
     */
    public long[] longs() {
        return words(SumKind.LONG).clone();
    }

    /**
     * Returns a copy of the bounds, without +Inf.
     *
     * @throws IllegalArgumentException if the bounds are longs
     */
    public double[] doubles() {
        long[] bits = words(SumKind.DOUBLE);
        double[] doubles = new double[bits.length];
        for (int i = 0; i < bits.length; i++) {
            doubles[i] = Double.longBitsToDouble(bits[i]);
        }
        return doubles;
    }

    /**
     * Returns the bounds as longs or as raw bits of doubles, without +Inf. The caller must not change the array.
     *
     * @throws IllegalArgumentException if the bounds are of the other kind
     */
    long[] words(SumKind expected) {
        if (kind != null && kind != expected) {
            throw new IllegalArgumentException(
                    "kind of the bucket bounds must be " + expected + ", but was " + kind + ": " + this);
        }
        return words;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BucketBounds that && kind == that.kind && Arrays.equals(words, that.words);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(words) + (kind == null ? 0 : kind.ordinal());
    }

    @Override
    public String toString() {
        return kind == SumKind.DOUBLE ? Arrays.toString(doubles()) : Arrays.toString(words);
    }
}
