package dev.percpu.bench;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An OpenTelemetry SDK with a pull reader, like that of its Prometheus exporter. Not thread-safe. */
final class OtelMeters implements AutoCloseable {
    /** Attributes of all records. They are created once, as the documentation of OpenTelemetry recommends. */
    static final Attributes ATTRIBUTES = Attributes.of(
            AttributeKey.stringKey("method"), "GET",
            AttributeKey.stringKey("outcome"), "SUCCESS",
            AttributeKey.stringKey("status"), "200",
            AttributeKey.stringKey("uri"), "/items/{id}");

    private static final String EXPONENTIAL = "exponential";

    /** Default of the SDK. */
    private static final int MAX_SCALE = 20;

    private final PullReader reader = new PullReader();
    private final SdkMeterProvider provider;

    OtelMeters() {
        this(160);
    }

    /**
     * Opens an SDK.
     *
     * @param maxBuckets largest number of buckets of an exponential histogram
     * @throws IllegalStateException if the SDK on the class path has another version
     */
    OtelMeters(int maxBuckets) {
        String file = SdkMeterProvider.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
        if (!file.contains(Impl.OTEL_VERSION)) {
            throw new IllegalStateException(
                    "The OpenTelemetry SDK must be version " + Impl.OTEL_VERSION + ", but was " + file);
        }
        provider = SdkMeterProvider.builder()
                .registerMetricReader(reader)
                .registerView(
                        InstrumentSelector.builder().setName(EXPONENTIAL).build(),
                        View.builder()
                                .setAggregation(Aggregation.base2ExponentialBucketHistogram(maxBuckets, MAX_SCALE))
                                .build())
                .build();
    }

    Meter meter() {
        return provider.get("bench");
    }

    DoubleHistogram histogram(double[] bounds) {
        return meter().histogramBuilder("histogram")
                .setExplicitBucketBoundariesAdvice(Arrays.stream(bounds).boxed().toList())
                .build();
    }

    /** Returns an exponential histogram. The SDK lowers its scale until the buckets fit into their maximum. */
    DoubleHistogram exponentialHistogram() {
        return meter().histogramBuilder(EXPONENTIAL).build();
    }

    /** Returns the scale of the exponential histogram, which Prometheus calls schema. */
    int scale() {
        return reader.data().stream()
                .flatMap(metric -> metric.getExponentialHistogramData().getPoints().stream())
                .findFirst()
                .orElseThrow()
                .getScale();
    }

    /**
     * Closes the SDK.
     *
     * @throws IllegalStateException if nothing was recorded
     */
    @Override
    public void close() {
        if (!reader.hasData()) {
            throw new IllegalStateException("OpenTelemetry must have recorded data, but has none");
        }
        provider.close();
    }

    private static final class PullReader implements MetricReader {
        private @Nullable CollectionRegistration registration;

        boolean hasData() {
            return !data().isEmpty();
        }

        Collection<MetricData> data() {
            return registration == null ? List.of() : registration.collectAllMetrics();
        }

        @Override
        public void register(CollectionRegistration newRegistration) {
            registration = newRegistration;
        }

        @Override
        public AggregationTemporality getAggregationTemporality(InstrumentType type) {
            return AggregationTemporality.CUMULATIVE;
        }

        @Override
        public CompletableResultCode forceFlush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }
}
