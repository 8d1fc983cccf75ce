package dev.percpu.quarkus.metrics;

import static dev.percpu.Eventually.assertEventually;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

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
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ScrapePressureTest.Limited.class)
@SuppressWarnings({
    "deprecation", // the name of a collector, which nothing else tells before it is scraped
    "try" // a client that goes away early
})
class ScrapePressureTest {

    /** Two scrapes at once, packed for whoever takes that. */
    public static class Limited implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "percpu.scrape.max-concurrent",
                    "2",
                    "percpu.scrape.compression",
                    "fast",
                    "percpu.scrape.gauge-timeout",
                    "3000");
        }
    }

    /** 20 MB of text: more than the buffers of the system between two sockets hold. */
    private static final Collector LARGE = new Collector() {
        @Override
        public MetricSnapshot collect() {
            String filling = "x".repeat(1000);
            List<GaugeDataPointSnapshot> points = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                points.add(new GaugeDataPointSnapshot(i, Labels.of("a", filling + i), null));
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
    private final Semaphore hung = new Semaphore(0);

    @BeforeEach
    void addTheLargeMetric() {
        registry.getPrometheusRegistry().register(LARGE);
    }

    @AfterEach
    void removeTheLargeMetric() {
        release.countDown();
        registry.getPrometheusRegistry().unregister(LARGE);
        assertEventually(() -> scrape().statusCode(), 200);
    }

    @Test
    void shouldServeOthersWhileOneReadsSlowly() throws IOException {
        try (SlowClient slow = new SlowClient(management, GET_LARGE)) {
            assertThat(slow.line()).isEqualTo("HTTP/1.1 200 OK");

            for (int i = 0; i < 10; i++) {
                assertThat(scrape().statusCode()).isEqualTo(200);
            }
            registry.counter("pressure.registered.meanwhile").increment();
            assertThat(scrape().asString()).contains("pressure_registered_meanwhile_total 1.0\n");
        }
    }

    @Test
    void shouldRefuseMoreScrapesThanAreAllowedUntilOneEnds() throws IOException {
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
    void shouldGiveUpAScrapeWhoseClientNoLongerWaits() throws IOException {
        double late = failures(ScrapeFailure.TIMEOUT);
        try (SlowClient slow = new SlowClient(management, GET_LARGE + "\r\nX-Prometheus-Scrape-Timeout-Seconds: 0.5")) {
            assertThat(slow.line()).isEqualTo("HTTP/1.1 200 OK");

            assertEventually(() -> failures(ScrapeFailure.TIMEOUT), late + 1);
            // The last chunk would be "0", and tell that this is the whole.
            assertThat(end(slow.rest())).doesNotEndWith("\r\n0\r\n\r\n");
        }
    }

    @Test
    void shouldSaySoWhereTheTimeIsOverBeforeTheFirstByte() {
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
    void shouldNotWaitForAGaugeLongerThanItsClientWaits() {
        double late = failures(ScrapeFailure.TIMEOUT);
        Gauge hanging = Gauge.builder("pressure.hanging", this::hang).register(registry);

        long start = System.nanoTime();
        given().header("X-Prometheus-Scrape-Timeout-Seconds", "0.3")
                .queryParam("name[]", "pressure_hanging")
                .when()
                .get(management.resolve("/q/metrics"))
                .then()
                .statusCode(503)
                .body(containsString("did not complete within its timeout"));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(2500));
        registry.remove(hanging);

        assertThat(failures(ScrapeFailure.TIMEOUT)).isEqualTo(late + 1);
    }

    @Test
    void shouldNotWaitForAGaugeWhenItsClientHasGone() throws Exception {
        double gone = failures(ScrapeFailure.GONE);
        Gauge hanging = Gauge.builder("pressure.hanging", this::hang).register(registry);
        try (SlowClient client =
                new SlowClient(management, "GET /q/metrics?name[]=pressure_hanging HTTP/1.1\r\nHost: localhost")) {
            hung.acquire();
            client.close();

            assertEventually(() -> failures(ScrapeFailure.GONE), gone + 1);
        }
        registry.remove(hanging);
    }

    @Test
    void shouldScrapeTheRestBesideCollectorsThatHangOrThrow() {
        MultiCollector hanging = () -> {
            hang();
            return MetricSnapshots.of();
        };
        MultiCollector broken = () -> {
            throw new AssertionError("on purpose");
        };
        registry.getPrometheusRegistry().register(hanging);
        registry.getPrometheusRegistry().register(broken);

        // More than may go on at once: none of them stays.
        for (int i = 0; i < 5; i++) {
            assertThat(given().queryParam("name[]", "jvm_memory_used_bytes")
                            .when()
                            .get(management.resolve("/q/metrics"))
                            .asString())
                    .contains("# TYPE jvm_memory_used_bytes gauge\n");
        }
        registry.getPrometheusRegistry().unregister(hanging);
        registry.getPrometheusRegistry().unregister(broken);
    }

    private double hang() {
        hung.release();
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return 1;
    }

    @Test
    void shouldAnswerAClientOfOldWhole() throws IOException {
        try (SlowClient old = new SlowClient(management, "GET /q/metrics?name[]=pressure_large HTTP/1.0")) {
            assertThat(old.line()).startsWith("HTTP/1.0 200 OK");
            assertThat(end(old.rest())).endsWith("x9999\"} 9999.0\n");
        }
    }

    /** What a failure can show. */
    private static String end(String text) {
        return text.substring(Math.max(0, text.length() - 100));
    }

    private Response scrape() {
        return given().queryParam("name[]", "pressure_registered_meanwhile_total", "pressure_registered_meanwhile")
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
