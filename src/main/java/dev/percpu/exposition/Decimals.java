package dev.percpu.exposition;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

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

    private static final int NANOS = 1_000_000_000;

    /** Three digits of each number below a thousand in three bytes, the first lowest; in the fourth, how many bits its leading zeros take. */
    private static final int[] GROUPS = new int[1000];

    private static final VarHandle FOUR_BYTES =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    static {
        for (int i = 0; i < GROUPS.length; i++) {
            int leadingZeros = i < 10 ? 2 : i < 100 ? 1 : 0;
            GROUPS[i] = '0' + i / 100 | '0' + i / 10 % 10 << 8 | '0' + i % 10 << 16 | leadingZeros << 27;
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
        if (value < 1000) {
            return putFirstGroup((int) value, out, from);
        }
        if (value < 1_000_000) {
            int thousands = (int) value / 1000;
            return putGroup((int) value - 1000 * thousands, out, putFirstGroup(thousands, out, from));
        }
        long thousands = value / 1000;
        return putGroup((int) (value - 1000 * thousands), out, putPositive(thousands, out, from));
    }

    /** Without leading zeros. What follows in the same four bytes is garbage. */
    private static int putFirstGroup(int value, byte[] out, int from) {
        int group = GROUPS[value];
        FOUR_BYTES.set(out, from, group >>> (group >>> 24));
        return from + 3 - (group >>> 27);
    }

    /** All three digits, and a byte of garbage. */
    private static int putGroup(int value, byte[] out, int from) {
        FOUR_BYTES.set(out, from, GROUPS[value]);
        return from + 3;
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
        int millis = fraction / 1_000_000;
        int end = putGroup(millis, out, at);
        end = putGroup(fraction / 1000 - 1000 * millis, out, end);
        end = putGroup(fraction % 1000, out, end);
        while (out[end - 1] == '0') {
            end--;
        }
        return end;
    }
}
