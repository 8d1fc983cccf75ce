package dev.percpu.bench;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Timers and summaries of the Prometheus Java client. Labels are resolved once, as its documentation recommends. Stateless. */
final class ClientMeters {
    private static final String[] LABEL_NAMES = {"method", "outcome", "status", "uri"};
    private static final String[] LABEL_VALUES = {"GET", "SUCCESS", "200", "/items/{id}"};

    private ClientMeters() {}

    static DistributionDataPoint timer(Shape shape) {
        return switch (shape) {
            case PLAIN -> summary();
            case PERCENTILES -> summary(Shape.QUANTILES);
            case HISTOGRAM, SLO -> histogram(shape.boundsSeconds());
            case NATIVE, NATIVE_FINE -> nativeHistogram(shape, new PrometheusRegistry());
        };
    }

    /** Returns a native histogram of schema 5, the default. The client lowers the schema when buckets exceed their maximum. */
    static DistributionDataPoint nativeHistogram(Shape shape, PrometheusRegistry registry) {
        return Histogram.builder()
                .name("distribution")
                .labelNames(LABEL_NAMES)
                .nativeOnly()
                .nativeMaxNumberOfBuckets(shape.peerMaxBuckets())
                .register(registry)
                .labelValues(LABEL_VALUES);
    }

    static DistributionDataPoint summary(double... quantiles) {
        Summary.Builder builder = Summary.builder().name("distribution").labelNames(LABEL_NAMES);
        for (double quantile : quantiles) {
            builder.quantile(quantile);
        }
        return builder.register(new PrometheusRegistry()).labelValues(LABEL_VALUES);
    }

    static DistributionDataPoint histogram(double[] bounds) {
        return Histogram.builder()
                .name("distribution")
                .labelNames(LABEL_NAMES)
                .classicOnly()
                .classicUpperBounds(bounds)
                .register(new PrometheusRegistry())
                .labelValues(LABEL_VALUES);
    }
}
