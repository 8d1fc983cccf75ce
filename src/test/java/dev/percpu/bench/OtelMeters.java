package dev.percpu.bench;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The SDK of OpenTelemetry with a reader that pulls, as that of its Prometheus exporter does. */
final class OtelMeters implements AutoCloseable {
    /** Made once, as its documentation recommends. */
    static final Attributes ATTRIBUTES = Attributes.of(
            AttributeKey.stringKey("method"), "GET",
            AttributeKey.stringKey("outcome"), "SUCCESS",
            AttributeKey.stringKey("status"), "200",
            AttributeKey.stringKey("uri"), "/items/{id}");

    private final PullReader reader = new PullReader();
    private final SdkMeterProvider provider =
            SdkMeterProvider.builder().registerMetricReader(reader).build();

    Meter meter() {
        return provider.get("bench");
    }

    DoubleHistogram histogram(double[] bounds) {
        return meter().histogramBuilder("histogram")
                .setExplicitBucketBoundariesAdvice(Arrays.stream(bounds).boxed().toList())
                .build();
    }

    /** Fails if nothing was recorded. */
    @Override
    public void close() {
        if (!reader.hasData()) {
            throw new IllegalStateException("OpenTelemetry recorded nothing");
        }
        provider.close();
    }

    private static final class PullReader implements MetricReader {
        private @Nullable CollectionRegistration registration;

        boolean hasData() {
            return registration != null && !registration.collectAllMetrics().isEmpty();
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
