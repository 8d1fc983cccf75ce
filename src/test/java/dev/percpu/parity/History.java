package dev.percpu.parity;

import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBucket;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DistributionDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;
import org.HdrHistogram.DoubleHistogram;

/** Every amount that one timer (in nanoseconds) or summary was given, and what its buckets and percentiles should be by that alone. */
final class History {
    /** About what is left of 63 bits for 3 significant digits. */
    private static final double SPREAD = 0x1p48;

    private final long createdMillis;
    private final long windowMillis;
    private final int windows;
    private final int digits;
    private final List<Observation> observations = new ArrayList<>();

    /**
     * @param step how long windows are unless the options say it
     */
    History(long createdMillis, DistributionOptions options, Duration step) {
        this.createdMillis = createdMillis;
        this.windows = options.bufferLength() == null ? 3 : options.bufferLength();
        this.windowMillis = Objects.requireNonNullElse(options.expiry(), step).toMillis() / windows;
        this.digits = options.precision() == null
                ? Objects.requireNonNull(DistributionStatisticConfig.DEFAULT.getPercentilePrecision())
                : options.precision();
    }

    private record Observation(long atMillis, double amount) {}

    void observe(long atMillis, double amount) {
        if (amount >= 0) {
            observations.add(new Observation(atMillis, amount));
        }
    }

    /** How many amounts are above one bound and up to the next: one for each bound. */
    long[] countsUpTo(List<Double> bounds, boolean roundedUp) {
        long[] counts = new long[bounds.size()];
        amounts(createdMillis).map(it -> roundedUp ? Math.ceil(it) : it).forEach(amount -> {
            int bucket = 0;
            while (amount > bounds.get(bucket)) {
                bucket++;
            }
            counts[bucket]++;
        });
        return counts;
    }

    /** What an HdrHistogram of the amounts of the last windows says. */
    double percentile(double percentile, long nowMillis) {
        DoubleHistogram histogram = new DoubleHistogram(digits);
        recent(nowMillis).forEach(amount -> {
            try {
                histogram.recordValue(amount);
            } catch (ArrayIndexOutOfBoundsException tooFarApart) {
                // left out by both registries as well
            }
        });
        return histogram.getValueAtPercentile(percentile * 100);
    }

    /** The amount of that rank among those of the last windows, 0 if there are none. */
    double exactPercentile(double percentile, long nowMillis) {
        double[] sorted = recent(nowMillis).sorted().toArray();
        int rank = (int) Math.max(1, percentile * sorted.length + 0.5);
        return sorted.length == 0 ? 0 : sorted[Math.min(rank, sorted.length) - 1];
    }

    /** Whether the amounts of the last windows are farther apart than one HdrHistogram may hold. */
    boolean isSpreadWide(long nowMillis) {
        DoubleSummaryStatistics positive =
                recent(nowMillis).filter(amount -> amount > 0).summaryStatistics();
        return positive.getMax() / positive.getMin() > SPREAD;
    }

    /** The amounts of the last windows. */
    private DoubleStream recent(long nowMillis) {
        long ended = (nowMillis - createdMillis) / windowMillis;
        return amounts(createdMillis + Math.max(0, ended - windows + 1) * windowMillis);
    }

    /** Whether the point counts as many observations: another meter may have the same labels under the same name, unexposed. */
    boolean isOf(DataPointSnapshot point) {
        return point instanceof DistributionDataPointSnapshot distribution
                && (distribution.hasCount()
                                ? distribution.getCount()
                                : ((HistogramDataPointSnapshot) point)
                                        .getClassicBuckets().stream()
                                                .mapToLong(ClassicHistogramBucket::getCount)
                                                .sum())
                        == observations.size();
    }

    int digits() {
        return digits;
    }

    /** After a longer pause without a look at them, Micrometer's percentiles may be wiped at every look. */
    long toleratedPauseMillis() {
        return windowMillis * windows;
    }

    private DoubleStream amounts(long sinceMillis) {
        return observations.stream().filter(it -> it.atMillis >= sinceMillis).mapToDouble(Observation::amount);
    }
}
