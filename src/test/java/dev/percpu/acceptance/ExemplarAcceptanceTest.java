package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.acceptance.PrometheusServer.Sample;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.otel.OpenTelemetrySpanContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records within spans, and compares the exemplars that a real Prometheus stores. */
@Tag("acceptance")
@Timeout(180)
class ExemplarAcceptanceTest {

    @TempDir
    private Path directory;

    private final SdkTracerProvider tracers = SdkTracerProvider.builder().build();
    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry(
            new OnBucketsAndCounters(), new PrometheusRegistry(), Clock.SYSTEM, new OpenTelemetrySpanContext());

    @AfterEach
    void close() {
        registry.close();
        tracers.close();
    }

    @Test
    void shouldExposeTheTraceOfARecordToPrometheus() throws IOException, InterruptedException {
        Timer timer = Timer.builder("took").publishPercentileHistogram().register(registry);
        Counter counter = registry.counter("calls");
        Counter untraced = registry.counter("untraced");
        Instant start = Instant.now();
        SpanContext timed = inSpan(() -> timer.record(Duration.ofMillis(250)));
        SpanContext counted = inSpan(() -> counter.increment(3));
        untraced.increment();

        try (RegistryServer server = new RegistryServer(registry);
                PrometheusServer prometheus =
                        PrometheusServer.start(directory, server.address(), "--enable-feature=exemplar-storage")) {
            Instant recorded = Instant.now();
            prometheus.awaitScrapeAfter(recorded);

            Instant end = Instant.now().plusSeconds(1);
            assertThat(prometheus.query("up")).singleElement().returns(1.0, Sample::value);
            assertThat(prometheus.exemplars("took_seconds_bucket", start, end)).isEqualTo(exemplar(timed, 0.25));
            assertThat(prometheus.exemplars("calls_total", start, end)).isEqualTo(exemplar(counted, 3));
            assertThat(prometheus.query("untraced_total")).hasSize(1);
            assertThat(prometheus.exemplars("untraced_total", start, end)).isEmpty();
            assertThat(prometheus.output()).doesNotContain("exemplar");
        }
    }

    /**
     * A configuration with exemplars only where OpenMetrics 1.0 allows them. Micrometer's default adds exemplars to counts, and a Prometheus
     * before 2.43 rejects a scrape with one ({@code validateNameForExemplar} in its {@code openmetricsparse.go}).
     */
    private static final class OnBucketsAndCounters implements PrometheusConfig {
        @Override
        public @Nullable String get(String key) {
            return null;
        }

        @Override
        public Properties prometheusProperties() {
            Properties properties = new Properties();
            properties.setProperty("io.prometheus.exporter.exemplarsOnAllMetricTypes", "false");
            return properties;
        }
    }

    /** Runs a record within a new span, and returns the span. */
    private SpanContext inSpan(Runnable record) {
        Span span = tracers.get("test").spanBuilder("request").startSpan();
        try (Scope scope = span.makeCurrent()) {
            assertThat(scope).isNotNull();
            record.run();
        }
        span.end();
        return span.getSpanContext();
    }

    private static List<Sample> exemplar(SpanContext span, double value) {
        return List.of(new Sample(Map.of("trace_id", span.getTraceId(), "span_id", span.getSpanId()), value));
    }
}
