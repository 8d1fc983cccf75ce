package dev.percpu.bench;

import dev.percpu.histogram.NativeCells;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/** The statistics of a timer or summary besides count, sum and maximum. JMH parameters use the names of the constants. */
public enum Shape {
    /** No further statistics. */
    PLAIN,
    /** Micrometer's default buckets of a percentile histogram. */
    HISTOGRAM,
    /** Ten service level objectives. */
    SLO,
    /** Three percentiles, computed in the process. */
    PERCENTILES,
    /** A native histogram of schema 3, which percpu has by default. OpenTelemetry calls it exponential. */
    NATIVE,
    /** A native histogram of schema 5. */
    NATIVE_FINE;

    static final double[] QUANTILES = {0.5, 0.95, 0.99};

    private static final long[] OBJECTIVES_MILLIS = {5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000};

    Timer.Builder applyTo(Timer.Builder builder) {
        return switch (this) {
            case PLAIN -> builder;
            case HISTOGRAM, NATIVE -> builder.publishPercentileHistogram();
            case NATIVE_FINE ->
                builder.publishPercentileHistogram()
                        .minimumExpectedValue(Amounts.MIN)
                        .maximumExpectedValue(Amounts.MAX);
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
            case SLO, PERCENTILES, NATIVE, NATIVE_FINE ->
                throw new IllegalArgumentException("Shape must be PLAIN or HISTOGRAM for summaries, but was " + this);
        };
    }

    boolean isNative() {
        return this == NATIVE || this == NATIVE_FINE;
    }

    /** Returns the maximum of buckets of percpu's native histogram. 160 is its default. */
    int maxBuckets() {
        return this == NATIVE_FINE ? 500 : 160;
    }

    /**
     * Returns the maximum of buckets of a peer's native histogram, which lets the peer keep the same schema as percpu.
     *
     * <p>A few amounts in a million are far smaller than the rest. Peers need buckets down to the smallest amount.
     */
    int peerMaxBuckets() {
        return 2 * maxBuckets();
    }

    /**
     * Checks that a native histogram has the schema of this shape, so that all implementations have the same resolution.
     *
     * @throws IllegalStateException if it has another schema
     */
    void checkSchema(int schema) {
        int expected = this == NATIVE_FINE ? 5 : 3;
        if (isNative() && schema != expected) {
            throw new IllegalStateException(
                    "The schema of the native histogram must be " + expected + ", but was " + schema);
        }
    }

    /** Checks the schema of the first histogram of a registry. */
    void checkSchema(PrometheusRegistry registry) {
        if (isNative()) {
            checkSchema(registry.scrape().stream()
                    .filter(HistogramSnapshot.class::isInstance)
                    .map(HistogramSnapshot.class::cast)
                    .findFirst()
                    .orElseThrow()
                    .getDataPoints()
                    .getFirst()
                    .getNativeSchema());
        }
    }

    /** Returns the upper bounds of a timer's buckets, in nanoseconds. Those of a native histogram are the bounds of percpu's cells. */
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
            case NATIVE -> NativeCells.boundsNanos(maxBuckets());
            case PERCENTILES, NATIVE_FINE ->
                throw new IllegalArgumentException("Shape must have fixed bounds, but was " + this);
        };
    }

    /** Returns the upper bounds of a timer's buckets, in seconds. */
    double[] boundsSeconds() {
        return LongStream.of(boundsNanos()).mapToDouble(Impl::seconds).toArray();
    }

    /** Returns the upper bounds of a summary's buckets. */
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
        // The buckets that Micrometer publishes, expected values included. Peers add +Inf themselves.
        return config.getHistogramBuckets(true).stream()
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite);
    }
}
