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
    private static final int EXPONENT_FROM = 10_000_000;

    /** Whole numbers below this limit are doubles, and adjacent doubles differ by 1 or less. */
    private static final long EXACT_BELOW = 1L << 53;

    /**
     * Nanoseconds below which adjacent doubles of seconds differ by less than one nanosecond: 2<sup>23</sup> seconds.
     *
     * <p>Below this limit, a number of nanoseconds has exactly one decimal with up to nine places. Without trailing zeros, {@link
     * Double#toString(double)} returns the same digits.
     */
    private static final long SHORTEST_BELOW_NANOS = (1L << 23) * 1_000_000_000;

    /** Nanoseconds from which {@link Double#toString(double)} writes their seconds without an exponent. */
    private static final int PLAIN_FROM_NANOS = 1_000_000;

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

    /**
     * Writes a whole number as {@link Double#toString(double)} does, such as {@code 42.0} and {@code 1.2E7}. Returns -1 if the value is not
     * whole, is negative zero, or has an absolute value of 2<sup>53</sup> or more.
     */
    static int putWhole(double value, byte[] out, int from) {
        long whole = (long) value;
        if (whole != value || (whole == 0 && 1 / value < 0)) {
            return -1;
        }
        if (Math.abs(value) >= EXACT_BELOW) {
            return -1;
        }
        if (Math.abs(value) >= EXPONENT_FROM) {
            if (whole > 0) {
                return putScientific(whole, 0, out, from);
            }
            out[from] = '-';
            return putScientific(-whole, 0, out, from + 1);
        }
        int end = put(whole, out, from);
        out[end] = '.';
        out[end + 1] = '0';
        return end + 2;
    }

    /**
     * Writes any double. Infinity is {@code +Inf} and {@code -Inf}.
     *
     * @param digits a buffer
     */
    static int put(double value, byte[] out, int from, StringBuilder digits) {
        digits.setLength(0);
        if (Double.isInfinite(value)) {
            digits.append(value > 0 ? "+Inf" : "-Inf");
        } else {
            digits.append(value);
        }
        int length = digits.length();
        for (int i = 0; i < length; i++) {
            out[from + i] = (byte) digits.charAt(i);
        }
        return from + length;
    }

    /**
     * Writes nanoseconds as seconds. Returns -1 if {@link Double#toString(double)} must be used: for negative values, and for 2^23 seconds
     * and more.
     */
    static int putSeconds(long nanos, byte[] out, int from) {
        if (nanos < 0 || nanos >= SHORTEST_BELOW_NANOS) {
            return -1;
        }
        if (nanos > 0 && nanos < PLAIN_FROM_NANOS) {
            return putScientific(10 * nanos, -10, out, from);
        }
        long seconds = nanos / NANOS;
        int fraction = (int) (nanos - NANOS * seconds);
        int end = putPositive(seconds, out, from);
        out[end++] = '.';
        if (fraction == 0) {
            out[end++] = '0';
            return end;
        }
        int micros = fraction / 1000;
        int millis = micros / 1000;
        end = putGroup(millis, out, end);
        end = putGroup(micros - 1000 * millis, out, end);
        end = putGroup(fraction - 1000 * micros, out, end);
        return withoutZeros(out, end);
    }

    /**
     * Writes {@code value} times 10<sup>{@code scale}</sup> with an exponent. Trailing zeros are left out.
     *
     * @param value at least 10, because there is at least one digit after the point
     */
    private static int putScientific(long value, int scale, byte[] out, int from) {
        int end = putPositive(value, out, from + 1);
        out[from] = out[from + 1];
        out[from + 1] = '.';
        int last = Math.max(withoutZeros(out, end), from + 3);
        out[last] = 'E';
        return put(end - from - 2 + scale, out, last + 1);
    }

    /** Returns the index after the last byte that is no zero digit. */
    private static int withoutZeros(byte[] out, int end) {
        int last = end;
        while (out[last - 1] == '0') {
            last--;
        }
        return last;
    }
}
