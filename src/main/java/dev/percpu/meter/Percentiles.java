package dev.percpu.meter;

import dev.percpu.histogram.BucketLayout;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.config.InvalidConfigurationException;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import java.util.Objects;
import java.util.function.Supplier;
import org.HdrHistogram.DoubleHistogram;

/**
 * The percentiles of a timer or summary over the last time windows. They are computed from cumulative cells at each read; recording is not
 * involved. Thread-safe.
 *
 * <p>The counts of the cells are added to an HdrHistogram, and the percentiles are read from it. So they equal those of an HdrHistogram that
 * received every amount, within the resolution of the cells.
 */
final class Percentiles {
    private final BucketLayout layout;
    private final double[] percentiles;
    private final int digits;
    private final Clock clock;
    private final WindowedCounts windowedCounts;

    /**
     * @param layout a layout for percentiles
     */
    Percentiles(BucketLayout layout, DistributionStatisticConfig statistics, Clock clock) {
        this.layout = layout;
        this.percentiles = Objects.requireNonNull(statistics.getPercentiles());
        this.digits = Objects.requireNonNull(statistics.getPercentilePrecision());
        this.clock = clock;
        this.windowedCounts = new WindowedCounts(
                clock.wallTime(), windowMillis(statistics), Objects.requireNonNull(statistics.getBufferLength()));
    }

    /**
     * Returns the length of each window, in milliseconds: {@code expiry / bufferLength}, as in Micrometer.
     *
     * @throws InvalidConfigurationException if that is less than a millisecond
     */
    static long windowMillis(DistributionStatisticConfig statistics) {
        long expiryMillis = Objects.requireNonNull(statistics.getExpiry()).toMillis();
        int bufferLength = Objects.requireNonNull(statistics.getBufferLength());
        if (expiryMillis < bufferLength) {
            throw new InvalidConfigurationException("expiry must be at least " + bufferLength
                    + " ms (1 ms for each of the bufferLength windows), but was " + expiryMillis + " ms");
        }
        return expiryMillis / bufferLength;
    }

    /** Returns the configured percentiles of a histogram. */
    ValueAtPercentile[] of(DoubleHistogram histogram) {
        ValueAtPercentile[] values = new ValueAtPercentile[percentiles.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = new ValueAtPercentile(percentiles[i], histogram.getValueAtPercentile(percentiles[i] * 100));
        }
        return values;
    }

    /**
     * Returns a histogram of the amounts in the last windows.
     *
     * @param counts the cumulative count of each cell; the caller must not change the array afterwards
     */
    DoubleHistogram recent(long[] counts) {
        DoubleHistogram histogram = new DoubleHistogram(digits);
        long[] recent = windowedCounts.recent(counts, clock.wallTime());
        for (int cell = 0; cell < recent.length; cell++) {
            if (recent[cell] > 0) {
                record(histogram, layout.amountOf(cell), recent[cell]);
            }
        }
        return histogram;
    }

    private static void record(DoubleHistogram histogram, double amount, long count) {
        try {
            histogram.recordValueWithCount(amount, count);
        } catch (ArrayIndexOutOfBoundsException outOfRange) {
            // The ratio of the amounts in one HdrHistogram is limited. Micrometer omits amounts beyond it, too.
        }
    }

    /**
     * Stores the cumulative counts for the current window.
     *
     * @param counts the cumulative count of each cell; the caller must not change the array afterwards
     */
    void update(long[] counts) {
        windowedCounts.update(counts, clock.wallTime());
    }

    /**
     * Stores the cumulative counts if a window ends within this time from now and was not rotated yet.
     *
     * @param counts reads the cumulative count of each cell into a new array
     */
    void rotate(long nowMillis, long withinMillis, Supplier<long[]> counts) {
        if (windowedCounts.isRotationDue(nowMillis + withinMillis)) {
            windowedCounts.update(counts.get(), nowMillis);
        }
    }
}
