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

/** All amounts that one timer (in nanoseconds) or summary received. The expected buckets and percentiles are computed from them. */
final class History {
    /** Ratio of amounts up to which an HdrHistogram keeps its resolution, in any order of the amounts. */
    private static final double HDR_RANGE = 0x1p42;

    private final long createdMillis;
    private final long windowMillis;
    private final int windows;
    private final int digits;
    private final List<Observation> observations = new ArrayList<>();

    /**
     * @param step expiry, unless the options have one
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

    /**
     * Returns, for each bound, the number of amounts that are above the bound before it and at most this bound.
     *
     * @param roundedUp whether amounts are rounded up to whole numbers first
     */
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

    /** Returns the percentile of an HdrHistogram with the amounts of the last windows. */
    double percentile(double percentile, long nowMillis) {
        DoubleHistogram histogram = new DoubleHistogram(digits);
        recent(nowMillis).forEach(amount -> {
            try {
                histogram.recordValue(amount);
            } catch (ArrayIndexOutOfBoundsException outOfRange) {
                // both registries omit such amounts, too
            }
        });
        return histogram.getValueAtPercentile(percentile * 100);
    }

    /** Returns the exact percentile of the amounts in the last windows; 0 if there are none. */
    double exactPercentile(double percentile, long nowMillis) {
        double[] sorted = recent(nowMillis).sorted().toArray();
        int rank = (int) Math.max(1, percentile * sorted.length + 0.5);
        return sorted.length == 0 ? 0 : sorted[Math.min(rank, sorted.length) - 1];
    }

    /** Returns whether the amounts of the last windows exceed the range of one HdrHistogram. */
    boolean exceedsHdrRange(long nowMillis) {
        DoubleSummaryStatistics positive =
                recent(nowMillis).filter(amount -> amount > 0).summaryStatistics();
        return positive.getMax() / positive.getMin() > HDR_RANGE;
    }

    /** Returns the amounts of the last windows. */
    private DoubleStream recent(long nowMillis) {
        long ended = (nowMillis - createdMillis) / windowMillis;
        return amounts(createdMillis + Math.max(0, ended - windows + 1) * windowMillis);
    }

    /**
     * Returns whether the data point has as many observations as this history. Otherwise it belongs to another meter with the same name and
     * labels, of which only one is exposed.
     */
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

    /** Returns the longest pause between reads after which Micrometer's percentiles are still correct, in milliseconds. */
    long toleratedPauseMillis() {
        return windowMillis * windows;
    }

    private DoubleStream amounts(long sinceMillis) {
        return observations.stream().filter(it -> it.atMillis >= sinceMillis).mapToDouble(Observation::amount);
    }
}
