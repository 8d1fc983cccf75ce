package dev.percpu.quarkus.request;

import static dev.percpu.Eventually.assertEventually;
import static io.restassured.RestAssured.given;

import dev.percpu.registry.PerCpuMeterRegistry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An application with OpenTelemetry. Spans keep their names, and exemplars of requests get the trace of the request. */
@QuarkusTest
@TestProfile(OpenTelemetryTest.Traced.class)
class OpenTelemetryTest {

    public static class Traced implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.otel.enabled", "true",
                    "quarkus.otel.traces.exporter", "none",
                    "quarkus.otel.metrics.exporter", "none",
                    "quarkus.otel.logs.exporter", "none",
                    "percpu.requests.histogram", "classic");
        }

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(Spans.class);
        }
    }

    /** Collects the final names of spans. */
    @Alternative
    @Singleton
    public static class Spans implements SpanProcessor {
        final List<String> names = new CopyOnWriteArrayList<>();

        @Override
        public void onStart(Context parent, ReadWriteSpan span) {}

        @Override
        public boolean isStartRequired() {
            return false;
        }

        @Override
        public void onEnd(ReadableSpan span) {
            names.add(span.getName());
        }

        @Override
        public boolean isEndRequired() {
            return true;
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    @Inject
    PerCpuMeterRegistry registry;

    @Inject
    Spans spans;

    @ParameterizedTest
    @CsvSource({
        "/sample/items/7,    /sample/items/{id},  GET /sample/items/{id}, 4bf92f3577b34da6a3ce929d0e0e4731",
        "/sample/virtual,    /sample/virtual,     GET /sample/virtual,    4bf92f3577b34da6a3ce929d0e0e4732",
        "/vertx/things/7,    /vertx/things/{thing}, GET /vertx/things/:thing, 4bf92f3577b34da6a3ce929d0e0e4733",
    })
    void shouldRecordWithTheTraceOfTheRequestAndKeepTheSpanName(String path, String uri, String span, String trace) {
        // Repeated: the first request is recorded after its span has ended, when the timer is registered, and the
        // sampler takes an exemplar only at intervals.
        assertEventually(() -> isExemplarOfNextRequest(path, uri, trace), true);
        assertEventually(() -> spans.names.contains(span), true);
    }

    private boolean isExemplarOfNextRequest(String path, String uri, String trace) {
        given().header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                .when()
                .get(path)
                .then()
                .statusCode(200);
        return registry.scrape(OpenMetricsTextFormatWriter.CONTENT_TYPE)
                .lines()
                .filter(line -> line.startsWith("http_server_requests_seconds_bucket"))
                .anyMatch(line -> line.contains("uri=\"" + uri + "\"") && line.contains("trace_id=\"" + trace));
    }
}
