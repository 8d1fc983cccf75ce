package dev.percpu.meter;

import dev.percpu.histogram.BucketLayout;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.config.InvalidConfigurationException;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import org.HdrHistogram.DoubleHistogram;
import org.jspecify.annotations.Nullable;

/**
 * Percentiles of the amounts of the last windows, worked out of cumulative cells when somebody looks; recording knows nothing of them.
 *
 * <p>The rank is looked up by an HdrHistogram that is filled with the cells, so that the result is what a histogram filled by the single
 * observations would have told. Thread-safe.
 */
public final class Percentiles {
    private final BucketLayout layout;
    private final double[] wanted;
    private final int digits;
    private final Clock clock;
    private final Supplier<long[]> cellCounts;
    private final long startMillis;
    private final long windowMillis;
    private final int bufferLength;

    /** Null as long as nothing was counted, as in most meters of a large registry. */
    private @Nullable WindowedCounts windows;

    /** When somebody has to look for the sake of a window that ends. */
    private long dueMillis;

    /**
     * @param layout with fine buckets
     * @param cellCounts reads the meter's cells now
     */
    Percentiles(BucketLayout layout, DistributionStatisticConfig config, Clock clock, Supplier<long[]> cellCounts) {
        this.layout = layout;
        this.wanted = Objects.requireNonNull(config.getPercentiles());
        this.digits = Objects.requireNonNull(config.getPercentilePrecision());
        this.clock = clock;
        this.cellCounts = cellCounts;
        this.startMillis = clock.wallTime();
        this.windowMillis = windowMillis(config);
        this.bufferLength = Objects.requireNonNull(config.getBufferLength());
        this.dueMillis = startMillis + windowMillis;
    }

    /**
     * How long each of the windows is.
     *
     * @throws InvalidConfigurationException if that is less than a millisecond
     */
    public static long windowMillis(DistributionStatisticConfig config) {
        long expiryMillis = Objects.requireNonNull(config.getExpiry()).toMillis();
        int bufferLength = Objects.requireNonNull(config.getBufferLength());
        if (expiryMillis < bufferLength) {
            throw new InvalidConfigurationException("expiry " + expiryMillis + " ms / bufferLength " + bufferLength
                    + " is the length of a percentile's window and must be at least 1 ms");
        }
        return expiryMillis / bufferLength;
    }

    /** The wanted percentiles of a histogram. */
    ValueAtPercentile[] of(DoubleHistogram recent) {
        ValueAtPercentile[] values = new ValueAtPercentile[wanted.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = new ValueAtPercentile(wanted[i], recent.getValueAtPercentile(wanted[i] * 100));
        }
        return values;
    }

    /** A histogram of the last windows, given all that was ever counted per cell. */
    DoubleHistogram recent(long[] counts) {
        DoubleHistogram histogram = new DoubleHistogram(digits);
        WindowedCounts counted = windowsOf(counts);
        if (counted == null) {
            return histogram;
        }
        long[] recent = counted.look(counts, clock.wallTime());
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
        } catch (ArrayIndexOutOfBoundsException tooFarApart) {
            // The amounts in one HdrHistogram may only be so far apart; Micrometer leaves out those beyond, too.
        }
    }

    /** Takes note of all that was ever counted per cell, without asking for percentiles. */
    void note(long[] counts) {
        rotate(counts, clock.wallTime());
    }

    private void rotate(long[] counts, long nowMillis) {
        WindowedCounts counted = windowsOf(counts);
        if (counted != null) {
            counted.rotate(counts, nowMillis);
        }
    }

    /** Null if nothing was ever counted. */
    private synchronized @Nullable WindowedCounts windowsOf(long[] counts) {
        if (windows == null && Arrays.stream(counts).anyMatch(count -> count > 0)) {
            windows = new WindowedCounts(startMillis, windowMillis, bufferLength);
        }
        return windows;
    }

    /** Looks if a window ends within that time and nobody has looked for its sake yet. */
    void rotate(long nowMillis, long withinMillis) {
        if (isDue(nowMillis + withinMillis)) {
            rotate(cellCounts.get(), nowMillis);
        }
    }

    private synchronized boolean isDue(long aheadMillis) {
        if (aheadMillis < dueMillis) {
            return false;
        }
        dueMillis += ((aheadMillis - dueMillis) / windowMillis + 1) * windowMillis;
        return true;
    }
}
