package dev.percpu.histogram;

/**
 * The bucket bounds of Prometheus native histograms. Bucket i of schema s holds the amounts in (base<sup>i-1</sup>, base<sup>i</sup>],
 * where base is {@code 2^(2^-s)}. Stateless and thread-safe.
 *
 * <p>A schema above 0 splits each power of two into 2<sup>s</sup> buckets. A schema below 0 combines 2<sup>-s</sup> powers of two
 * into one bucket.
 *
 * <p>Bounds that are no powers of two are rounded exactly as in the Prometheus Java client, so that both put an amount into the same
 * bucket. The client computes each schema from the next lower one: a new bound is the bound below it times base.
 *
 * @see <a href="https://prometheus.io/docs/specs/native_histograms/">Native histogram specification</a>
 */
public final class NativeHistogramSchema {
    /** The coarsest exponential schema of Prometheus. */
    public static final int MIN_SCHEMA = -4;

    /** The finest exponential schema of Prometheus. */
    public static final int MAX_SCHEMA = 8;

    /** Per schema from 0: the bounds in [1/2, 1). */
    private static final double[][] FRACTIONS = fractions();

    private NativeHistogramSchema() {}

    private static double[][] fractions() {
        double[][] all = new double[MAX_SCHEMA + 1][];
        all[0] = new double[] {0.5};
        for (int schema = 1; schema <= MAX_SCHEMA; schema++) {
            double base = Math.pow(2, Math.pow(2, -schema));
            double[] fractions = new double[1 << schema];
            for (int i = 0; i < fractions.length; i += 2) {
                fractions[i] = all[schema - 1][i / 2];
                fractions[i + 1] = fractions[i] * base;
            }
            all[schema] = fractions;
        }
        return all;
    }

    /**
     * Returns the inclusive upper bound of a bucket; +Inf for {@link #infinite}.
     *
     * @param schema from -4 to 8
     * @param index such that the bound is a normal number or +Inf
     */
    public static double upper(int schema, int index) {
        if (schema < 0) {
            return Math.scalb(1.0, index << -schema);
        }
        double[] fractions = FRACTIONS[schema];
        return Math.scalb(fractions[index & (fractions.length - 1)], (index >> schema) + 1);
    }

    /**
     * Returns the index of the bucket that contains an amount.
     *
     * @param schema from -4 to 8
     * @param amount a normal number above 0, or +Inf
     */
    public static int indexOf(int schema, double amount) {
        if (amount == Double.POSITIVE_INFINITY) {
            return infinite(schema);
        }
        int octave = Math.getExponent(amount); // 2^octave <= amount < 2^(octave + 1)
        int index = schema >= 0 ? octave << schema : octave >> -schema;
        while (amount > upper(schema, index)) {
            index++;
        }
        return index;
    }

    /** Returns the index of the bucket for +Inf, the one above the bucket of the largest finite double. */
    static int infinite(int schema) {
        return (schema >= 0 ? 1024 << schema : 1024 >> -schema) + 1;
    }
}
