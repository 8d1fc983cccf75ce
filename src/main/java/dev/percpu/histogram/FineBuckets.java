package dev.percpu.histogram;

import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * The buckets that percentiles are worked out of: every power of two split into equally wide parts, as in an HdrHistogram of the configured
 * number of significant digits (1 digit: 16 parts, 2: 128, 3: 1024).
 *
 * <p>More than 16 parts are only made between and around the minimum and maximum expected values, as far as {@link #LIMIT} reaches. So a percentile is never farther than 1/16 from the true one, whatever was configured, within the
 * {@link #AMOUNT_OCTAVES} or {@link #NANO_OCTAVES} powers of two that are covered.
 *
 * @param low exponent of the first power of two
 * @param octaves number of powers of two
 * @param expectedLow exponent of the first power of two that is split into 2<sup>bits</sup> parts
 * @param expectedHigh exponent of the last one
 * @param bits binary logarithm of the parts of an expected power of two; the others have at most 2<sup>4</sup>
 */
record FineBuckets(int low, int octaves, int expectedLow, int expectedHigh, int bits) {
    /** Upper bound of the number of buckets made here: a cell group holds 4,095, and published buckets need some of them. */
    static final int LIMIT = 3_500;

    /** 1 ns to 2<sup>63</sup> - 1 ns. */
    static final int NANO_OCTAVES = 63;

    /** Of amounts that need not be whole: usually from 2<sup>-16</sup> to 2<sup>48</sup>. */
    static final int AMOUNT_OCTAVES = 64;

    private static final int USUAL_AMOUNT_LOW = -16;
    private static final int COARSE_BITS = 4;
    private static final int MANTISSA_BITS = 52;

    /**
     * For whole nanoseconds.
     *
     * @param limit of the number of buckets, as far as more than 16 parts are concerned
     */
    static FineBuckets ofNanos(DistributionStatisticConfig config, int limit) {
        return of(config, 0, NANO_OCTAVES, limit);
    }

    /** For any amounts: all below 2<sup>low</sup> count as 0. */
    static FineBuckets ofAmounts(DistributionStatisticConfig config, int limit) {
        int smallest = Math.getExponent(Objects.requireNonNull(config.getMinimumExpectedValueAsDouble()));
        int low = Math.max(Math.min(USUAL_AMOUNT_LOW, smallest), Double.MIN_EXPONENT);
        return of(config, low, AMOUNT_OCTAVES, limit);
    }

    private static FineBuckets of(DistributionStatisticConfig config, int low, int octaves, int limit) {
        int digits = Objects.requireNonNull(config.getPercentilePrecision());
        double smallest = Objects.requireNonNull(config.getMinimumExpectedValueAsDouble());
        double largest = Objects.requireNonNull(config.getMaximumExpectedValueAsDouble());
        int last = low + octaves - 1;
        int expectedLow = Math.clamp(Math.getExponent(smallest), low, last);
        int expectedHigh = Math.clamp(Math.getExponent(largest), low, last);
        int bits = wantedBits(digits);
        int expected = expectedHigh - expectedLow + 1;
        while (bits > COARSE_BITS && buckets(octaves, expected, bits) > limit) {
            bits--;
        }
        // What is left goes to the next powers of two, above and below in turn.
        for (int i = 0; i < 2 * octaves; i++) {
            boolean above = i % 2 == 0;
            boolean possible = above ? expectedHigh < last : expectedLow > low;
            if (possible && buckets(octaves, expectedHigh - expectedLow + 2, bits) <= limit) {
                expectedHigh += above ? 1 : 0;
                expectedLow -= above ? 0 : 1;
            }
        }
        return new FineBuckets(low, octaves, expectedLow, expectedHigh, bits);
    }

    private static int buckets(int octaves, int expected, int bits) {
        return (expected << bits) + ((octaves - expected) << Math.min(bits, COARSE_BITS));
    }

    /** Half of the sub-buckets that HdrHistogram makes for this many significant digits: 2 * 10^digits, up to a power of two. */
    private static int wantedBits(int digits) {
        int units = (int) (2 * Math.pow(10, Math.clamp(digits, 0, 5)));
        return Integer.SIZE - Integer.numberOfLeadingZeros(units - 1) - 1;
    }

    private int bitsOf(int exponent) {
        return exponent >= expectedLow && exponent <= expectedHigh ? bits : Math.min(bits, COARSE_BITS);
    }

    /** Inclusive upper bounds for whole amounts, ascending. */
    long[] longBounds() {
        LongStream.Builder bounds = LongStream.builder();
        bounds.add(0);
        for (int exponent = low; exponent < low + octaves; exponent++) {
            int parts = Math.min(bitsOf(exponent), exponent); // a part is at least 1 wide
            for (long part = 1; part <= 1L << parts; part++) {
                bounds.add((1L << exponent) - 1 + (part << (exponent - parts)));
            }
        }
        // The last one is the largest long: no amount is above it.
        long[] all = bounds.build().toArray();
        return Arrays.copyOf(all, all.length - 1);
    }

    /** Inclusive upper bounds for any amounts, ascending. */
    double[] doubleBounds() {
        DoubleStream.Builder bounds = DoubleStream.builder();
        bounds.add(0);
        bounds.add(Math.nextDown(Math.scalb(1.0, low)));
        for (int exponent = low; exponent < low + octaves; exponent++) {
            int parts = 1 << bitsOf(exponent);
            for (int part = 1; part <= parts; part++) {
                bounds.add(Math.nextDown(Math.scalb(1.0 + (double) part / parts, exponent)));
            }
        }
        return bounds.build().toArray();
    }

    /** Per cell with these inclusive upper bounds, +Inf included: the smallest amount of the fine bucket that it is a part of. */
    double[] amountsOfLongs(long[] bounds) {
        double[] amounts = new double[bounds.length + 1];
        for (int cell = 1; cell < amounts.length; cell++) {
            amounts[cell] = bucketStart(bounds[cell - 1] + 1.0);
        }
        return amounts;
    }

    /** The same for any amounts. */
    double[] amountsOfDoubles(double[] bounds) {
        double[] amounts = new double[bounds.length + 1];
        for (int cell = 1; cell < amounts.length; cell++) {
            amounts[cell] = bucketStart(Math.nextUp(bounds[cell - 1]));
        }
        return amounts;
    }

    /** A fine bucket starts where the last bits of the mantissa are all 0. */
    private double bucketStart(double amount) {
        int exponent = Math.getExponent(amount);
        if (exponent < low) {
            return 0;
        }
        long rest = (1L << (MANTISSA_BITS - bitsOf(exponent))) - 1;
        return Double.longBitsToDouble(Double.doubleToRawLongBits(amount) & ~rest);
    }
}
