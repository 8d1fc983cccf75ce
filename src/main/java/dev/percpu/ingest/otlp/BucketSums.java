package dev.percpu.ingest.otlp;

/**
 * The distribution of a sum over buckets. A point has one sum; each bucket's count is added together with a share of it, so that a scrape in
 * between sees counts with their sum. Immutable.
 *
 * <p>The shares add up to the sum without rounding: each is a multiple of the sum's last binary digit, or of 1 if the sum is whole. So the
 * totals of cells are rounded no more than one total of all sums would be.
 *
 * @param unit unit of the shares, a power of two
 * @param unitsPerCount number of units for each observation
 */
record BucketSums(double unit, double unitsPerCount) {
    /** Doubles from here on are whole. */
    private static final double WHOLE = 0x1p53;

    /**
     * Returns the distribution of a sum.
     *
     * @param sum finite, at least 0
     * @param count number of observations, above 0
     */
    static BucketSums of(double sum, long count) {
        double unit = unit(sum);
        return new BucketSums(unit, sum / unit / count);
    }

    private static double unit(double sum) {
        if (sum == Math.rint(sum)) {
            return sum < WHOLE ? 1 : Math.ulp(sum);
        }
        long mantissa = Double.doubleToRawLongBits(sum) & 0xF_FFFF_FFFF_FFFFL | 1L << 52;
        return Math.scalb(Math.ulp(sum), Long.numberOfTrailingZeros(mantissa));
    }

    /**
     * Returns the share of the next bucket. The last one gets the rest instead.
     *
     * @param count count of the bucket
     * @param rest what is left of the sum
     */
    double share(long count, double rest) {
        return Math.min(rest, Math.floor(count * unitsPerCount) * unit);
    }
}
