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

/** What a timer or summary keeps besides count, sum and maximum. Names are those of {@code @Param}s. */
public enum Shape {
    PLAIN,
    /** Micrometer's default buckets of a percentile histogram. */
    HISTOGRAM,
    /** Ten service level objectives. */
    SLO,
    /** Three percentiles that the client works out. */
    PERCENTILES,
    /** A native, or exponential, histogram of schema 3: our default. */
    NATIVE,
    /** The same of schema 5. */
    NATIVE_FINE;

    static final double[] QUANTILES = {0.5, 0.95, 0.99};

    private static final long[] OBJECTIVES_MILLIS = {5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000};

    Timer.Builder applyTo(Timer.Builder builder) {
        return switch (this) {
            case PLAIN -> builder;
            case HISTOGRAM, NATIVE -> builder.publishPercentileHistogram();
            case NATIVE_FINE ->
                builder.publishPercentileHistogram()
                        .minimumExpectedValue(Amounts.LEAST)
                        .maximumExpectedValue(Amounts.MOST);
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
                throw new IllegalArgumentException("no case of summaries: " + this);
        };
    }

    boolean isNative() {
        return this == NATIVE || this == NATIVE_FINE;
    }

    /** The most buckets of our native histogram; the first is the default. */
    int maxBuckets() {
        return this == NATIVE_FINE ? 500 : 160;
    }

    /**
     * The most buckets of the peers', as many as let them keep the schema that we have: a few in a million amounts are far smaller than the
     * others, and theirs go down to the smallest.
     */
    int maxBucketsOfPeers() {
        return 2 * maxBuckets();
    }

    /** Fails unless the schema is what that many buckets are enough for: then everybody has as good a histogram. */
    void checkSchema(int schema) {
        int wanted = this == NATIVE_FINE ? 5 : 3;
        if (isNative() && schema != wanted) {
            throw new IllegalStateException("a native histogram of schema " + schema + ", not " + wanted);
        }
    }

    /** The same for the first histogram of a registry. */
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

    /** The upper bounds of a timer's buckets, as every peer with buckets gets them; of our own cells where the histogram is native. */
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
            case PERCENTILES, NATIVE_FINE -> throw new IllegalArgumentException("no bounds are set: " + this);
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
