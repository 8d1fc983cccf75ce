package dev.percpu.exposition;

/** Numbers as ASCII decimals, written into an array without garbage. The caller sees to the room: {@link #MAX_BYTES}. */
final class Decimals {
    /** No number needs more: {@code -2.2250738585072014E-308} has 24. */
    static final int MAX_BYTES = 32;

    static final double NANOS_PER_SECOND = 1e9;

    /** From here on {@link Double#toString(double)} writes an exponent; below a thousandth, too. */
    private static final double EXPONENT_FROM = 1e7;

    /**
     * Below so many seconds doubles are closer to each other than nanoseconds are. So the decimal of the nanoseconds is the only one
     * with up to nine places that the double stands for, and without its last zeros the shortest: what {@link Double#toString(double)}
     * looks for.
     */
    private static final long SHORTEST_BELOW_SECONDS = 1 << 22;

    private static final int NANO_DIGITS = 9;
    private static final long NANOS = 1_000_000_000;

    /** {@code 00} to {@code 99}. */
    private static final byte[] PAIRS = new byte[200];

    private static final long[] POWERS = new long[19];

    static {
        POWERS[0] = 1;
        for (int i = 1; i < POWERS.length; i++) {
            POWERS[i] = 10 * POWERS[i - 1];
        }
        for (int i = 0; i < 100; i++) {
            PAIRS[2 * i] = (byte) ('0' + i / 10);
            PAIRS[2 * i + 1] = (byte) ('0' + i % 10);
        }
    }

    private Decimals() {}

    /** Returns where the number ends. */
    static int put(long value, byte[] out, int from) {
        if (value >= 0) {
            return putPositive(value, out, from);
        }
        if (value == Long.MIN_VALUE) {
            out[from] = '-';
            out[from + 1] = '9';
            return putPositive(223_372_036_854_775_808L, out, from + 2);
        }
        out[from] = '-';
        return putPositive(-value, out, from + 1);
    }

    private static int putPositive(long value, byte[] out, int from) {
        int end = from + digits(value);
        int at = end;
        long rest = value;
        while (rest >= 100) {
            int pair = (int) (rest % 100) * 2;
            rest /= 100;
            out[--at] = PAIRS[pair + 1];
            out[--at] = PAIRS[pair];
        }
        if (rest >= 10) {
            out[--at] = PAIRS[(int) rest * 2 + 1];
            out[--at] = PAIRS[(int) rest * 2];
        } else {
            out[--at] = (byte) ('0' + rest);
        }
        return end;
    }

    /** By the number of bits, which leaves two possibilities at most. */
    private static int digits(long value) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(value | 1);
        int atMost = (bits * 1233 >>> 12) + 1; // bits * log10(2)
        return value < POWERS[atMost - 1] && atMost > 1 ? atMost - 1 : atMost;
    }

    /** A whole number that is written without exponent, {@code 42.0}: returns where it ends, or -1 if the value is another. */
    static int putWhole(double value, byte[] out, int from) {
        long whole = (long) value;
        if (whole != value || Math.abs(value) >= EXPONENT_FROM || (whole == 0 && 1 / value < 0)) {
            return -1;
        }
        int end = put(whole, out, from);
        out[end] = '.';
        out[end + 1] = '0';
        return end + 2;
    }

    /** Any finite double, by way of {@code digits}. */
    static int put(double value, byte[] out, int from, StringBuilder digits) {
        digits.setLength(0);
        digits.append(value);
        int length = digits.length();
        for (int i = 0; i < length; i++) {
            out[from + i] = (byte) digits.charAt(i);
        }
        return from + length;
    }

    /** Nanoseconds as seconds: returns where they end, or -1 if they are too many, or so few that they need an exponent. */
    static int putSeconds(long nanos, byte[] out, int from) {
        long seconds = nanos / NANOS;
        int fraction = (int) (nanos % NANOS);
        if (nanos < 0 || seconds >= SHORTEST_BELOW_SECONDS || (nanos > 0 && nanos < NANOS / 1000)) {
            return -1;
        }
        int at = putPositive(seconds, out, from);
        out[at++] = '.';
        if (fraction == 0) {
            out[at++] = '0';
            return at;
        }
        int end = at + NANO_DIGITS;
        for (int i = end - 1; i > at; i -= 2) {
            int pair = fraction % 100 * 2;
            fraction /= 100;
            out[i] = PAIRS[pair + 1];
            out[i - 1] = PAIRS[pair];
        }
        out[at] = (byte) ('0' + fraction);
        while (out[end - 1] == '0') {
            end--;
        }
        return end;
    }
}
