package dev.percpu.meter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.parity.Peers;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;
import io.prometheus.metrics.tracer.otel.OpenTelemetrySpanContext;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests exemplars with the spans of OpenTelemetry and Micrometer Tracing. */
class TracedExemplarsTest {
    /** The span context that an application with Micrometer Tracing passes to its registry. */
    private record TracerSpans(Tracer tracer) implements SpanContext {
        private <T> @Nullable T context(Function<TraceContext, T> reader) {
            io.micrometer.tracing.Span span = tracer.currentSpan();
            return span == null ? null : reader.apply(span.context());
        }

        @Override
        public @Nullable String getCurrentTraceId() {
            return context(TraceContext::traceId);
        }

        @Override
        public @Nullable String getCurrentSpanId() {
            return context(TraceContext::spanId);
        }

        @Override
        public boolean isCurrentSpanSampled() {
            return Boolean.TRUE.equals(context(TraceContext::sampled));
        }

        @Override
        public void markCurrentSpanAsExemplar() {
            io.micrometer.tracing.Span span = tracer.currentSpan();
            if (span != null) {
                span.tag("exemplar", "true");
            }
        }
    }

    private @Nullable PerCpuMeterRegistry registry;

    @AfterEach
    void close() {
        if (registry != null) {
            registry.close();
        }
    }

    private Timer timer(SpanContext spans) {
        registry = new PerCpuMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, spans);
        return Timer.builder("t").serviceLevelObjectives(Duration.ofSeconds(1)).register(registry);
    }

    private static SdkTracerProvider provider(Sampler sampler) {
        return SdkTracerProvider.builder().setSampler(sampler).build();
    }

    private static String exemplarOf(String traceId, String spanId) {
        return "t_seconds_bucket{le=\"1.0\"} 1 # {span_id=\"" + spanId + "\",trace_id=\"" + traceId + "\"} 0.25 ";
    }

    @Test
    void shouldExposeSampledSpansOfOpenTelemetry() {
        try (SdkTracerProvider provider = provider(Sampler.alwaysOn())) {
            Timer timer = timer(new OpenTelemetrySpanContext());
            Span span = provider.get("test").spanBuilder("one").startSpan();
            Context.current()
                    .with(span)
                    .wrap(() -> timer.record(Duration.ofMillis(250)))
                    .run();

            assertThat(registry.scrape(Peers.OPEN_METRICS))
                    .contains(exemplarOf(
                            span.getSpanContext().getTraceId(),
                            span.getSpanContext().getSpanId()));
            assertThat(((ReadableSpan) span).getAttribute(AttributeKey.stringKey("exemplar")))
                    .isEqualTo("true");
        }
    }

    @Test
    void shouldNotExposeUnsampledSpansOfOpenTelemetry() {
        try (SdkTracerProvider provider = provider(Sampler.alwaysOff())) {
            Timer timer = timer(new OpenTelemetrySpanContext());
            Span span = provider.get("test").spanBuilder("one").startSpan();
            Context.current()
                    .with(span)
                    .wrap(() -> timer.record(Duration.ofMillis(250)))
                    .run();
            timer.record(Duration.ofMillis(250));

            assertThat(registry.scrape(Peers.OPEN_METRICS))
                    .contains("t_seconds_bucket{le=\"1.0\"} 2\n")
                    .doesNotContain("trace_id");
        }
    }

    @Test
    void shouldExposeSampledSpansOfMicrometerTracing() {
        try (SdkTracerProvider provider = provider(Sampler.alwaysOn())) {
            Tracer tracer = new OtelTracer(provider.get("test"), new OtelCurrentTraceContext(), event -> {});
            Timer timer = timer(new TracerSpans(tracer));
            io.micrometer.tracing.Span span = tracer.nextSpan().start();
            Tracer.SpanInScope scope = tracer.withSpan(span);
            timer.record(Duration.ofMillis(250));
            scope.close();

            assertThat(registry.scrape(Peers.OPEN_METRICS))
                    .contains(
                            exemplarOf(span.context().traceId(), span.context().spanId()));
        }
    }
}
