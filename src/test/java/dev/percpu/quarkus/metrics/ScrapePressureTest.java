package dev.percpu.quarkus.metrics;

import static dev.percpu.Eventually.assertEventually;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import dev.percpu.quarkus.LowLimits;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.ScrapeFailure;
import io.micrometer.core.instrument.Gauge;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(LowLimits.class)
@SuppressWarnings({
    "deprecation", // getPrometheusName is the only method that returns the name before a scrape
    "try" // a client that disconnects early
})
class ScrapePressureTest {
    /** A collector of 20 MB of text, more than the socket buffers of the system hold. */
    private static final Collector LARGE = new Collector() {
        @Override
        public MetricSnapshot collect() {
            String padding = "x".repeat(1000);
            List<GaugeDataPointSnapshot> points = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                points.add(new GaugeDataPointSnapshot(i, Labels.of("a", padding + i), null));
            }
            return new GaugeSnapshot(new MetricMetadata("pressure_large"), points);
        }

        @Override
        public String getPrometheusName() {
            return "pressure_large";
        }
    };

    private static final String GET_LARGE = "GET /q/metrics?name[]=pressure_large HTTP/1.1\r\nHost: localhost";

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    PerCpuMeterRegistry registry;

    private final CountDownLatch release = new CountDownLatch(1);
    private final Semaphore blocked = new Semaphore(0);

    @BeforeEach
    void registerTheLargeMetric() {
        registry.getPrometheusRegistry().register(LARGE);
    }

    @AfterEach
    void unregisterMetrics() {
        release.countDown();
        registry.getPrometheusRegistry().unregister(LARGE);
        assertEventually(() -> scrape().statusCode(), 200);
    }

    @Test
    void shouldServeOtherClientsWhileOneReadsSlowly() throws IOException {
        try (SlowClient slow = new SlowClient(management, GET_LARGE)) {
            assertThat(slow.line()).isEqualTo("HTTP/1.1 200 OK");

            for (int i = 0; i < 10; i++) {
                assertThat(scrape().statusCode()).isEqualTo(200);
            }
            registry.counter("pressure.registered.during").increment();
            assertThat(scrape().asString()).contains("pressure_registered_during_total 1.0\n");
        }
    }

    @Test
    void shouldRejectScrapesBeyondTheLimitUntilOneEnds() throws IOException {
        double busy = failures(ScrapeFailure.BUSY);
        double gone = failures(ScrapeFailure.GONE);
        try (SlowClient first = new SlowClient(management, GET_LARGE);
                SlowClient second = new SlowClient(management, GET_LARGE)) {
            assertThat(first.line()).isEqualTo("HTTP/1.1 200 OK");
            assertThat(second.line()).isEqualTo("HTTP/1.1 200 OK");

            given().when()
                    .get(management.resolve("/q/metrics"))
                    .then()
                    .statusCode(503)
                    .header("Retry-After", "1")
                    .body(containsString(
                            "2 scrapes are in progress, the maximum that percpu.scrape.max-concurrent allows"));
            assertThat(failures(ScrapeFailure.BUSY)).isEqualTo(busy + 1);
            given().when().head(management.resolve("/q/metrics")).then().statusCode(200);

            first.close();
            assertEventually(() -> scrape().statusCode(), 200);
            assertThat(failures(ScrapeFailure.GONE)).isEqualTo(gone + 1);
        }
        assertEventually(() -> failures(ScrapeFailure.GONE), gone + 2);
    }

    @Test
    void shouldEndAScrapeAtTheTimeoutOfItsClient() throws IOException {
        double late = failures(ScrapeFailure.TIMEOUT);
        // Long enough for the first byte on a busy machine, and too short for a client that does not read.
        try (SlowClient slow = new SlowClient(management, GET_LARGE + "\r\nX-Prometheus-Scrape-Timeout-Seconds: 3")) {
            assertThat(slow.line()).isEqualTo("HTTP/1.1 200 OK");

            assertEventually(() -> failures(ScrapeFailure.TIMEOUT), late + 1);
            // A last chunk of size 0 would mark a complete body.
            assertThat(end(slow.rest())).doesNotEndWith("\r\n0\r\n\r\n");
        }
    }

    @Test
    void shouldReturn503IfTheTimeoutEndsBeforeTheFirstByte() {
        double late = failures(ScrapeFailure.TIMEOUT);

        given().header("X-Prometheus-Scrape-Timeout-Seconds", "0.000001")
                .when()
                .get(management.resolve("/q/metrics"))
                .then()
                .statusCode(503)
                .body(containsString("did not complete within its timeout"));
        assertThat(failures(ScrapeFailure.TIMEOUT)).isEqualTo(late + 1);
    }

    @Test
    void shouldNotWaitForAGaugeAfterTheTimeout() {
        double late = failures(ScrapeFailure.TIMEOUT);
        // The first request initializes the HTTP client, which can take seconds.
        scrape().then().statusCode(200).body(containsString(""));
        Gauge blocking = Gauge.builder("pressure.blocking", this::block).register(registry);
        try {
            scrape(); // the first request of a JVM takes seconds
            long start = System.nanoTime();
            given().header("X-Prometheus-Scrape-Timeout-Seconds", "0.3")
                    .queryParam("name[]", "pressure_blocking")
                    .when()
                    .get(management.resolve("/q/metrics"))
                    .then()
                    .statusCode(503)
                    .body(containsString("did not complete within its timeout"));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LowLimits.GAUGE_TIMEOUT);
        } finally {
            registry.remove(blocking);
        }

        assertThat(failures(ScrapeFailure.TIMEOUT)).isEqualTo(late + 1);
    }

    @Test
    void shouldNotWaitForAGaugeAfterTheClientDisconnects() throws Exception {
        double gone = failures(ScrapeFailure.GONE);
        Gauge blocking = Gauge.builder("pressure.abandoned", this::block).register(registry);
        try (SlowClient client =
                new SlowClient(management, "GET /q/metrics?name[]=pressure_abandoned HTTP/1.1\r\nHost: localhost")) {
            assertThat(blocked.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
            client.close();

            assertEventually(() -> failures(ScrapeFailure.GONE), gone + 1);
        } finally {
            registry.remove(blocking);
        }
    }

    @Test
    void shouldScrapeOtherMetricsIfCollectorsBlockOrThrow() {
        MultiCollector blocking = () -> {
            block();
            return MetricSnapshots.of();
        };
        MultiCollector broken = () -> {
            throw new AssertionError("on purpose");
        };
        registry.getPrometheusRegistry().register(blocking);
        registry.getPrometheusRegistry().register(broken);

        // More scrapes than permits: each scrape must release its permit.
        for (int i = 0; i < 5; i++) {
            assertThat(given().queryParam("name[]", "jvm_memory_used_bytes")
                            .when()
                            .get(management.resolve("/q/metrics"))
                            .asString())
                    .contains("# TYPE jvm_memory_used_bytes gauge\n");
        }
        registry.getPrometheusRegistry().unregister(blocking);
        registry.getPrometheusRegistry().unregister(broken);
    }

    private double block() {
        blocked.release();
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return 1;
    }

    @Test
    void shouldSendACompleteBodyToAnHttp10Client() throws IOException {
        try (SlowClient client = new SlowClient(management, "GET /q/metrics?name[]=pressure_large HTTP/1.0")) {
            assertThat(client.line()).startsWith("HTTP/1.0 200 OK");
            assertThat(end(client.rest())).endsWith("x9999\"} 9999.0\n");
        }
    }

    /** Returns the last characters, which are few enough for a failure message. */
    private static String end(String text) {
        return text.substring(Math.max(0, text.length() - 100));
    }

    private Response scrape() {
        return given().queryParam("name[]", "pressure_registered_during_total", "pressure_registered_during")
                .when()
                .get(management.resolve("/q/metrics"));
    }

    private double failures(ScrapeFailure reason) {
        return registry.get("percpu.scrape.failures")
                .tag("reason", reason.toString())
                .counter()
                .count();
    }
}
