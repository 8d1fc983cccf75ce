package dev.percpu.ingest.statsd;

/**
 * Conversions of decimal numbers {@code mantissa * 10^exponent} without strings. Stateless.
 *
 * <p>Whole results are exact or rounded to the nearest. Doubles are correctly rounded for exponents from -22 to 22, and within two units in
 * the last place otherwise.
 */
final class Decimal {
    /** What {@link #toLong} returns for a number above the range. */
    static final long TOO_LARGE = -1;

    /** Largest number of digits of a mantissa. */
    static final int MAX_DIGITS = 18;

    /** Exponent of the largest power of ten that is a double. */
    private static final int MAX_POWER = 308;

    /** Exponent of the largest power of ten that doubles represent exactly. */
    private static final int MAX_EXACT_POWER = 22;

    /** Powers of ten. */
    private static final double[] POWERS = new double[MAX_POWER + 1];

    private static final long[] LONG_POWERS = new long[MAX_DIGITS + 1];

    static {
        long power = 1;
        for (int i = 0; i < LONG_POWERS.length; i++) {
            LONG_POWERS[i] = power;
            power *= 10;
        }
        for (int i = 0; i < POWERS.length; i++) {
            POWERS[i] = Double.parseDouble("1e" + i);
        }
    }

    private static final long LARGEST_EXACT = 1L << 53;

    private Decimal() {}

    /**
     * Returns the number, rounded to the nearest whole number, halves upwards.
     *
     * @param mantissa 0 to 10^18
     * @return {@link #TOO_LARGE} above 2<sup>63</sup> - 1
     */
    static long toLong(long mantissa, int exponent) {
        if (exponent == 0 || mantissa == 0) {
            return mantissa;
        }
        if (exponent > 0) {
            if (exponent > MAX_DIGITS || mantissa > Long.MAX_VALUE / LONG_POWERS[exponent]) {
                return TOO_LARGE;
            }
            return mantissa * LONG_POWERS[exponent];
        }
        if (exponent < -MAX_DIGITS) {
            return 0;
        }
        long divisor = LONG_POWERS[-exponent];
        long quotient = mantissa / divisor;
        return mantissa - quotient * divisor >= divisor - divisor / 2 ? quotient + 1 : quotient;
    }

    /** Returns the number as a double, infinite if it is too large. */
    static double toDouble(long mantissa, int exponent) {
        if (exponent == 0) {
            return mantissa;
        }
        if (mantissa == 0) {
            return 0;
        }
        if (exponent < -MAX_EXACT_POWER || exponent > MAX_EXACT_POWER) {
            return scaled(mantissa, exponent);
        }
        double high = mantissa;
        if (Math.abs(mantissa) <= LARGEST_EXACT) {
            return exponent < 0 ? high / POWERS[-exponent] : high * POWERS[exponent];
        }
        double low = mantissa - (long) high;
        if (exponent < 0) {
            double divisor = POWERS[-exponent];
            double quotient = high / divisor;
            double rest = Math.fma(-quotient, divisor, high) + low;
            return quotient + rest / divisor;
        }
        double factor = POWERS[exponent];
        double product = high * factor;
        double rest = Math.fma(high, factor, -product) + low * factor;
        return product + rest;
    }

    /** Computes a number with an exponent for which there is no exact power. */
    private static double scaled(long mantissa, int exponent) {
        double value = mantissa;
        int rest = Math.clamp(exponent, -2 * MAX_POWER, 2 * MAX_POWER);
        while (rest < 0) {
            int step = Math.min(-rest, MAX_POWER);
            value /= POWERS[step];
            rest += step;
        }
        while (rest > 0) {
            int step = Math.min(rest, MAX_POWER);
            value *= POWERS[step];
            rest -= step;
        }
        return value;
    }

    /** Returns a power of ten. */
    static long power(int exponent) {
        return LONG_POWERS[exponent];
    }
}
