package dev.percpu.bench;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/** What a timer or summary keeps besides count, sum and maximum. Names are those of {@code @Param}s. */
public enum Shape {
    PLAIN,
    /** Micrometer's default buckets of a percentile histogram. */
    HISTOGRAM,
    /** Ten service level objectives. */
    SLO,
    /** Three percentiles that the client works out. */
    PERCENTILES;

    static final double[] QUANTILES = {0.5, 0.95, 0.99};

    private static final long[] OBJECTIVES_MILLIS = {5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000};

    Timer.Builder applyTo(Timer.Builder builder) {
        return switch (this) {
            case PLAIN -> builder;
            case HISTOGRAM -> builder.publishPercentileHistogram();
            case SLO ->
                builder.serviceLevelObjectives(Arrays.stream(OBJECTIVES_MILLIS)
                        .mapToObj(Duration::ofMillis)
                        .toArray(Duration[]::new));
            case PERCENTILES -> builder.publishPercentiles(QUANTILES);
        };
    }

    DistributionSummary.Builder applyTo(DistributionSummary.Builder builder) {
        return switch (this) {
            case PLAIN -> builder;
            case HISTOGRAM -> builder.publishPercentileHistogram();
            case SLO, PERCENTILES -> throw new IllegalArgumentException("no case of summaries: " + this);
        };
    }

    /** The upper bounds of a timer's buckets, as every peer with buckets gets them. */
    long[] boundsNanos() {
        return switch (this) {
            case PLAIN -> new long[0];
            case HISTOGRAM ->
                defaultBuckets(
                                Duration.ofMillis(1).toNanos(),
                                Duration.ofSeconds(30).toNanos())
                        .mapToLong(it -> (long) it)
                        .toArray();
            case SLO ->
                LongStream.of(OBJECTIVES_MILLIS).map(it -> it * 1_000_000).toArray();
            case PERCENTILES -> throw new IllegalArgumentException("percentiles have no bounds");
        };
    }

    double[] boundsSeconds() {
        return LongStream.of(boundsNanos()).mapToDouble(Impl::seconds).toArray();
    }

    /** The upper bounds of a summary's buckets. */
    double[] boundsAmounts() {
        return this == PLAIN
                ? new double[0]
                : defaultBuckets(Double.MIN_VALUE, Double.POSITIVE_INFINITY).toArray();
    }

    private static DoubleStream defaultBuckets(double from, double to) {
        DistributionStatisticConfig config = DistributionStatisticConfig.builder()
                .percentilesHistogram(true)
                .minimumExpectedValue(from)
                .maximumExpectedValue(to)
                .build()
                .merge(DistributionStatisticConfig.DEFAULT);
        // the subset of these buckets that Micrometer publishes, with the two expected values, without +Inf
        return config.getHistogramBuckets(true).stream()
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite);
    }
}
