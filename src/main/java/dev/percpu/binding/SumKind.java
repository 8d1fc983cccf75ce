package dev.percpu.binding;

/** The type of the second word of every cell of a {@link Region}. The order is that of {@code enum percpu_sum_kind}. */
public enum SumKind {
    /** 64-bit integers of at least 0; a sum is at most {@link Long#MAX_VALUE}. */
    LONG,

    /** IEEE 754 doubles. */
    DOUBLE;

    /**
     * Returns a word as a double.
     *
     * @param word a long, or the raw bits of a double
     */
    public double toDouble(long word) {
        return this == LONG ? word : Double.longBitsToDouble(word);
    }

    /** Returns the word that is the sum of two words. */
    public long add(long one, long other) {
        return this == LONG
                ? addSaturated(one, other)
                : Double.doubleToRawLongBits(Double.longBitsToDouble(one) + Double.longBitsToDouble(other));
    }

    /**
     * Returns the word that is the sum of equal words. A product of doubles is rounded once.
     *
     * @param count number of the words, at least 1
     */
    public long multiply(long word, long count) {
        return this == LONG
                ? multiplySaturated(word, count)
                : Double.doubleToRawLongBits(Double.longBitsToDouble(word) * count);
    }

    private static long multiplySaturated(long one, long other) {
        long product = one * other;
        return product < 0 || Math.multiplyHigh(one, other) != 0 ? Long.MAX_VALUE : product;
    }

    /** Returns the sum of two longs of at least 0, or {@link Long#MAX_VALUE} if it is larger. */
    public static long addSaturated(long one, long other) {
        long sum = one + other;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
