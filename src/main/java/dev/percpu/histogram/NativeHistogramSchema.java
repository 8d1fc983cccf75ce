package dev.percpu.histogram;

/**
 * The bounds of Prometheus' native histograms: bucket i of schema s holds the amounts in (base<sup>i-1</sup>, base<sup>i</sup>], where base
 * is 2<sup>2<sup>-s</sup></sup>. A schema above 0 splits each power of two into 2<sup>s</sup> buckets, one below 0 puts 2<sup>-s</sup>
 * powers of two into one.
 *
 * <p>Bounds that are no powers of two are rounded as the Prometheus Java client rounds them, to the last bit: an amount is in the same
 * bucket here and there. It builds each schema on the next lower one: a new bound is its lower neighbour times base.
 */
public final class NativeHistogramSchema {
    /** The coarsest and the finest schema that Prometheus knows. */
    static final int MIN_SCHEMA = -4;

    static final int MAX_SCHEMA = 8;

    /** By schema above 0: the bounds from 1/2 on and below 1. */
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
     * The inclusive upper bound of a bucket; infinite for {@link #infinite}.
     *
     * @param index as far as the bounds are normal numbers
     */
    public static double upper(int schema, int index) {
        if (schema < 0) {
            return Math.scalb(1.0, index << -schema);
        }
        double[] fractions = FRACTIONS[schema];
        return Math.scalb(fractions[index & (fractions.length - 1)], (index >> schema) + 1);
    }

    /**
     * The bucket that an amount is in.
     *
     * @param amount normal, above 0
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

    /** The bucket of infinite amounts, above that of the largest finite one. */
    static int infinite(int schema) {
        return (schema >= 0 ? 1024 << schema : 1024 >> -schema) + 1;
    }
}
