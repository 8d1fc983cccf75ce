package dev.percpu.histogram;

import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * The buckets from which percentiles are computed. Each power of two is split into parts of equal width. Immutable and thread-safe.
 *
 * <p>The number of parts is that of an HdrHistogram with the configured number of significant digits: 16 for 1 digit, 128 for 2, 1,024 for
 * 3. More than 16 parts are used only from the minimum to the maximum expected value, and around them as far as {@link #LIMIT} allows. So
 * with at least 1 digit, a percentile differs from the exact one by at most 1/16 of it. Buckets cover {@link #NANO_OCTAVES} or
 * {@link #AMOUNT_OCTAVES} powers of two.
 *
 * @param low exponent of the first power of two
 * @param octaves number of powers of two
 * @param expectedLow exponent of the first power of two with 2<sup>bits</sup> parts
 * @param expectedHigh exponent of the last power of two with 2<sup>bits</sup> parts
 * @param bits binary logarithm of the number of parts in the expected range; outside of it there are at most 2<sup>4</sup>
 * @see <a href="https://github.com/HdrHistogram/HdrHistogram">HdrHistogram</a>
 */
record FineBuckets(int low, int octaves, int expectedLow, int expectedHigh, int bits) {
    /** Largest number of fine buckets. A group has at most 4,095 cells, and the published buckets need some of them. */
    static final int LIMIT = 3_500;

    /** Powers of two from 1 ns to 2<sup>63</sup> - 1 ns. */
    static final int NANO_OCTAVES = 63;

    /** Powers of two for floating-point amounts, by default from 2<sup>-16</sup> to 2<sup>48</sup>. */
    static final int AMOUNT_OCTAVES = 64;

    private static final int DEFAULT_AMOUNT_LOW = -16;
    private static final int COARSE_BITS = 4;
    private static final int MANTISSA_BITS = 52;

    /**
     * Returns the buckets for amounts in whole nanoseconds.
     *
     * @param limit largest number of buckets; with up to 16 parts per power of two there may be more
     */
    static FineBuckets ofNanos(DistributionStatisticConfig config, int limit) {
        return of(config, 0, NANO_OCTAVES, limit);
    }

    /**
     * Returns the buckets for floating-point amounts. Amounts below 2<sup>low</sup> count as 0.
     *
     * @param limit largest number of buckets; with up to 16 parts per power of two there may be more
     */
    static FineBuckets ofAmounts(DistributionStatisticConfig config, int limit) {
        int smallest = Math.getExponent(Objects.requireNonNull(config.getMinimumExpectedValueAsDouble()));
        int low = Math.max(Math.min(DEFAULT_AMOUNT_LOW, smallest), Double.MIN_EXPONENT);
        return of(config, low, AMOUNT_OCTAVES, limit);
    }

    private static FineBuckets of(DistributionStatisticConfig config, int low, int octaves, int limit) {
        int digits = Objects.requireNonNull(config.getPercentilePrecision());
        double smallest = Objects.requireNonNull(config.getMinimumExpectedValueAsDouble());
        double largest = Objects.requireNonNull(config.getMaximumExpectedValueAsDouble());
        int last = low + octaves - 1;
        int expectedLow = Math.clamp(Math.getExponent(smallest), low, last);
        int expectedHigh = Math.clamp(Math.getExponent(largest), low, last);
        int bits = bitsForDigits(digits);
        int expected = expectedHigh - expectedLow + 1;
        while (bits > COARSE_BITS && buckets(octaves, expected, bits) > limit) {
            bits--;
        }
        // The remaining buckets extend the range of full resolution, alternately upwards and downwards.
        for (int i = 0; i < 2 * octaves; i++) {
            boolean up = i % 2 == 0;
            boolean possible = up ? expectedHigh < last : expectedLow > low;
            if (possible && buckets(octaves, expectedHigh - expectedLow + 2, bits) <= limit) {
                expectedHigh += up ? 1 : 0;
                expectedLow -= up ? 0 : 1;
            }
        }
        return new FineBuckets(low, octaves, expectedLow, expectedHigh, bits);
    }

    private static int buckets(int octaves, int expected, int bits) {
        return (expected << bits) + ((octaves - expected) << Math.min(bits, COARSE_BITS));
    }

    /**
     * Returns the binary logarithm of half of HdrHistogram's sub-bucket count. That count is 2 * 10^digits, rounded up to a power of two.
     */
    private static int bitsForDigits(int digits) {
        int units = (int) (2 * Math.pow(10, Math.clamp(digits, 0, 5)));
        return Integer.SIZE - Integer.numberOfLeadingZeros(units - 1) - 1;
    }

    private int bitsAt(int exponent) {
        return exponent >= expectedLow && exponent <= expectedHigh ? bits : Math.min(bits, COARSE_BITS);
    }

    /** Returns the inclusive upper bounds for whole amounts, ascending, without +Inf. */
    long[] longBounds() {
        LongStream.Builder bounds = LongStream.builder();
        bounds.add(0);
        for (int exponent = low; exponent < low + octaves; exponent++) {
            int parts = Math.min(bitsAt(exponent), exponent); // a part is at least 1 wide
            for (long part = 1; part <= 1L << parts; part++) {
                bounds.add((1L << exponent) - 1 + (part << (exponent - parts)));
            }
        }
        // The last bound is Long.MAX_VALUE: the bucket above it would always be empty.
        long[] all = bounds.build().toArray();
        return Arrays.copyOf(all, all.length - 1);
    }

    /** Returns the inclusive upper bounds for floating-point amounts, ascending, without +Inf. */
    double[] doubleBounds() {
        DoubleStream.Builder bounds = DoubleStream.builder();
        bounds.add(0);
        bounds.add(Math.nextDown(Math.scalb(1.0, low)));
        for (int exponent = low; exponent < low + octaves; exponent++) {
            int parts = 1 << bitsAt(exponent);
            for (int part = 1; part <= parts; part++) {
                bounds.add(Math.nextDown(Math.scalb(1.0 + (double) part / parts, exponent)));
            }
        }
        return bounds.build().toArray();
    }

    /**
     * Returns the amount that percentiles assume for each cell: the smallest amount of the fine bucket that contains the cell.
     *
     * @param bounds inclusive upper bounds of the cells, all {@link #longBounds} among them, without +Inf
     * @return one amount per cell, that above the last bound included
     */
    double[] amountsOfLongs(long[] bounds) {
        double[] amounts = new double[bounds.length + 1];
        for (int cell = 1; cell < amounts.length; cell++) {
            amounts[cell] = bucketStart(bounds[cell - 1] + 1.0);
        }
        return amounts;
    }

    /**
     * Returns the amount that percentiles assume for each cell: the smallest amount of the fine bucket that contains the cell.
     *
     * @param bounds inclusive upper bounds of the cells, all {@link #doubleBounds} among them, without +Inf
     * @return one amount per cell, that above the last bound included
     */
    double[] amountsOfDoubles(double[] bounds) {
        double[] amounts = new double[bounds.length + 1];
        for (int cell = 1; cell < amounts.length; cell++) {
            amounts[cell] = bucketStart(Math.nextUp(bounds[cell - 1]));
        }
        return amounts;
    }

    /** Rounds down to the start of a fine bucket, where the lowest bits of the mantissa are 0. */
    private double bucketStart(double amount) {
        int exponent = Math.getExponent(amount);
        if (exponent < low) {
            return 0;
        }
        long lowestBits = (1L << (MANTISSA_BITS - bitsAt(exponent))) - 1;
        return Double.longBitsToDouble(Double.doubleToRawLongBits(amount) & ~lowestBits);
    }
}
