package dev.percpu.bench;

import java.util.Arrays;
import java.util.Locale;
import org.openjdk.jmh.util.ListStatistics;

/** Statistics and number formats of the report. Stateless. */
public final class Numbers {
    private static final double CONFIDENCE = 0.999;

    private Numbers() {}

    public static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Returns half the width of the 99.9 % confidence interval of the mean, as JMH prints it. */
    static double error(double... values) {
        return new ListStatistics(values).getMeanErrorAt(CONFIDENCE);
    }

    /** Rounds to a number of decimals. NaN and infinite values are returned unchanged. */
    public static double rounded(double value, int decimals) {
        if (!Double.isFinite(value)) {
            return value;
        }
        double scale = Math.pow(10, decimals);
        return Math.round(value * scale) / scale;
    }

    /** Formats nanoseconds with about three significant digits. */
    public static String nanos(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }

    public static String ratio(double value) {
        return String.format(
                Locale.ROOT, value < 0.01 ? "%.5f" : value < 0.1 ? "%.3f" : value < 10 ? "%.2f" : "%.0f", value);
    }

    /** Formats a ratio, in bold if it exceeds its limit. A limit of NaN is none. */
    public static String markedRatio(double ratio, double atMost) {
        return ratio > atMost ? "**" + ratio(ratio) + "**" : ratio(ratio);
    }
}
