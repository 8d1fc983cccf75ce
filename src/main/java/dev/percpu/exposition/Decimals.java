package dev.percpu.exposition;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Conversions of numbers to ASCII decimals in a byte array, without allocation. Stateless.
 *
 * <p>The caller provides at least {@link #MAX_BYTES} bytes from the index at which a number begins. Methods return the index after the last
 * byte of the number. They can overwrite bytes after it, within {@code MAX_BYTES}.
 */
final class Decimals {
    /** The bytes that any number can take. The longest, {@code -2.2250738585072014E-308}, has 24. */
    static final int MAX_BYTES = 32;

    static final double NANOS_PER_SECOND = 1e9;

    /** The smallest absolute value that {@link Double#toString(double)} writes with an exponent, apart from values below 0.001. */
    private static final double EXPONENT_FROM = 1e7;

    /**
     * Seconds below which adjacent doubles differ by less than one nanosecond.
     *
     * <p>Below this limit, a number of nanoseconds has exactly one decimal with up to nine places. Without trailing zeros, {@link
     * Double#toString(double)} returns the same text.
     */
    private static final long SHORTEST_BELOW_SECONDS = 1 << 22;

    private static final int NANOS = 1_000_000_000;

    /**
     * The three digits of each number below 1000 as ASCII in the low three bytes, first digit lowest. The high byte has the number of bits
     * that leading zeros take: 0, 8 or 16.
     */
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

    /** Writes an integer. */
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

    /** Writes a number below 1000 without leading zeros. Stores four bytes; the bytes after the number are undefined. */
    private static int putFirstGroup(int value, byte[] out, int from) {
        int group = GROUPS[value];
        FOUR_BYTES.set(out, from, group >>> (group >>> 24));
        return from + 3 - (group >>> 27);
    }

    /** Writes a number below 1000 with all three digits. Stores four bytes, the last undefined. */
    private static int putGroup(int value, byte[] out, int from) {
        FOUR_BYTES.set(out, from, GROUPS[value]);
        return from + 3;
    }

    /** Writes a whole number without exponent, such as {@code 42.0}. Returns -1 if the value is no such number. */
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

    /**
     * Writes any finite double.
     *
     * @param digits a buffer
     */
    static int put(double value, byte[] out, int from, StringBuilder digits) {
        digits.setLength(0);
        digits.append(value);
        int length = digits.length();
        for (int i = 0; i < length; i++) {
            out[from + i] = (byte) digits.charAt(i);
        }
        return from + length;
    }

    /**
     * Writes nanoseconds as seconds. Returns -1 if {@link Double#toString(double)} must be used: for negative values, values that need an
     * exponent, and seconds of 2^22 and more.
     */
    static int putSeconds(long nanos, byte[] out, int from) {
        long seconds = nanos / NANOS;
        int fraction = (int) (nanos % NANOS);
        if (nanos < 0 || seconds >= SHORTEST_BELOW_SECONDS || (nanos > 0 && nanos < NANOS / 1000)) {
            return -1;
        }
        int end = putPositive(seconds, out, from);
        out[end++] = '.';
        if (fraction == 0) {
            out[end++] = '0';
            return end;
        }
        int millis = fraction / 1_000_000;
        end = putGroup(millis, out, end);
        end = putGroup(fraction / 1000 - 1000 * millis, out, end);
        end = putGroup(fraction % 1000, out, end);
        while (out[end - 1] == '0') {
            end--;
        }
        return end;
    }
}
