package dev.percpu.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import dev.percpu.exposition.Clients;
import dev.percpu.meter.PerCpuMeterRegistry;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.Context;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class MetricsRouteTest {

    // Its path is prefixed with the management root, so only the host and the port of it are of use.
    @TestHTTPResource(value = "/", management = true)
    URI management;

    private URI metrics = URI.create("/q/metrics");

    @Inject
    PerCpuMeterRegistry registry;

    @BeforeEach
    void findTheManagementPort() {
        metrics = management.resolve("/q/metrics");
    }

    @Test
    void shouldScrapeRequestsAndTheJvmAsText() {
        given().when().get("/sample/items/1").then().statusCode(200);

        Response scrape = scrape("*/*");

        assertThat(scrape.contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(scrape.header("Cache-Control")).isEqualTo("no-store");
        assertThat(scrape.asString().lines())
                .anyMatch(
                        line -> line.matches("http_server_requests_seconds_count\\{method=\"GET\",outcome=\"SUCCESS\","
                                + "status=\"200\",uri=\"/sample/items/\\{id}\"} [1-9][0-9]*"))
                .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{"))
                .anyMatch(line -> line.startsWith("process_uptime_seconds "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "percpu_rseq_info\\{indexed_by=\".+\",kernel=\".+\",layout=\".+\",libc=\".+\",mode=\".+\",owner=\".+\"} 1",
                "percpu_rseq_self_test_passed (1.0|0.0|NaN)",
                "percpu_rseq_restarts_total [0-9.E]+",
                "percpu_shared_shard_records_total [0-9.E]+",
                "percpu_series [1-9][0-9.]+",
                "percpu_series_overflowed_total 0.0",
                "percpu_region_bytes\\{state=\"reserved\"} [1-9][0-9.E]+",
                "percpu_region_bytes\\{state=\"resident\"} [1-9][0-9.E]+",
                "percpu_scrape_seconds_bucket\\{le=\"10.0\"} [1-9][0-9]*",
                "percpu_scrape_bytes_count [1-9][0-9]*",
                "percpu_scrape_bytes_sum [1-9][0-9.E]+",
                "percpu_scrape_failures_total\\{reason=\"busy\"} 0.0",
            })
    void shouldScrapeItsOwnState(String line) {
        scrape("*/*");

        assertThat(scrape("*/*").asString().lines()).anyMatch(actual -> actual.matches(line));
    }

    @Test
    void shouldSpeakOpenMetrics() {
        Response scrape = scrape("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1");

        assertThat(scrape.contentType()).isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
        assertThat(scrape.asString())
                .endsWith("# EOF\n")
                .contains("# TYPE percpu_rseq info\n", "# TYPE percpu_rseq_restarts counter\n");
    }

    @Test
    void shouldSpeakProtobuf() {
        Response scrape = scrape(
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.9,*/*;q=0.1");

        assertThat(scrape.contentType()).startsWith("application/vnd.google.protobuf;");
        byte[] body = scrape.asByteArray();
        // Length, then field 1 (the family's name) of wire type 2.
        int first = (body[0] & 0x80) == 0 ? 1 : 2;
        assertThat(body[first]).isEqualTo((byte) 0x0a);
        assertThat(new String(
                        Arrays.copyOfRange(body, first + 2, first + 2 + body[first + 1]), StandardCharsets.US_ASCII))
                .matches("[a-z_:]+");
    }

    @ParameterizedTest
    @EnumSource(Clients.class)
    void shouldAnswerEveryClientAsItIsMeant(Clients client) {
        Response scrape = scrape(client.accept());

        assertThat(scrape.contentType()).isEqualTo(client.contentType());
        assertThat(scrape.header("Vary")).isEqualTo("Accept");
        assertThat(scrape.header("ETag")).isNull();
        assertThat(scrape.asByteArray()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "text/plain|# TYPE route_test_caf_ gauge|route_test_caf_ 1.0",
                "text/plain;escaping=underscores|# TYPE route_test_caf_ gauge|route_test_caf_ 1.0",
                "text/plain;escaping=dots|# TYPE route_dot_test_dot_caf__ gauge|route_dot_test_dot_caf__ 1.0",
                "text/plain;escaping=values|# TYPE U__route_2e_test_2e_caf_e9_ gauge|U__route_2e_test_2e_caf_e9_ 1.0",
                "text/plain;version=1.0.0;escaping=allow-utf-8|# TYPE \"route.test.caf\u00e9\" gauge|{\"route.test.caf\u00e9\"} 1.0",
                "application/openmetrics-text;escaping=dots|# TYPE route_dot_test_dot_caf__ gauge|route_dot_test_dot_caf__ 1.0",
                "application/openmetrics-text;escaping=allow-utf-8|# TYPE \"route.test.caf\u00e9\" gauge|{\"route.test.caf\u00e9\"} 1.0",
            })
    void shouldEscapeNamesAsTheClientAsks(String accept, String type, String sample) {
        io.prometheus.metrics.core.metrics.Gauge foreign = io.prometheus.metrics.core.metrics.Gauge.builder()
                .name("route.test.caf\u00e9")
                .register(registry.getPrometheusRegistry());
        foreign.set(1);
        String scrape = scrape(accept).asString();
        registry.getPrometheusRegistry().unregister(foreign);

        assertThat(scrape.lines()).contains(type, sample);
    }

    @Test
    void shouldAnswerHeadWithTheSameHeadersAndWithoutABody() {
        Response head =
                given().header("Accept", Clients.PROMETHEUS_3_9.accept()).when().head(metrics);

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.contentType()).isEqualTo(Clients.PROMETHEUS_3_9.contentType());
        assertThat(head.header("Cache-Control")).isEqualTo("no-store");
        assertThat(head.header("Vary")).isEqualTo("Accept");
        assertThat(head.asByteArray()).isEmpty();
    }

    @Test
    void shouldNotCompressUnlessThatIsConfigured() {
        Response scrape = given().header("Accept-Encoding", "gzip").when().get(metrics);

        assertThat(scrape.header("Content-Encoding")).isNull();
        assertThat(scrape.asString()).contains("# TYPE jvm_memory_used_bytes gauge\n");
        given().header("Accept-Encoding", "gzip, identity;q=0")
                .when()
                .get(metrics)
                .then()
                .statusCode(406)
                .body(containsString("Offered: identity."));
        given().header("Accept-Encoding", "gzip;q=7").when().get(metrics).then().statusCode(400);
    }

    @Test
    void shouldScrapeOnlyTheNamedMetrics() {
        String scrape = given().queryParam("name[]", "jvm_threads_live_threads", "process_uptime_seconds")
                .when()
                .get(metrics)
                .asString();

        assertThat(scrape.lines().filter(line -> !line.startsWith("#")))
                .hasSize(2)
                .allMatch(line -> line.matches("(jvm_threads_live_threads|process_uptime_seconds) .*"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {";;;|400|character 1", "text/plain;q=7|400|weight", "application/json|406|text/plain"})
    void shouldRefuseAnAcceptHeaderThatIsMalformedOrTakesNothingOffered(String accept, int status, String why) {
        given().header("Accept", accept)
                .when()
                .get(metrics)
                .then()
                .statusCode(status)
                .contentType("text/plain")
                .body(containsString("Accept header"))
                .body(containsString(why));
    }

    @Test
    void shouldNotScrapeOnAnEventLoop() {
        AtomicBoolean onEventLoop = new AtomicBoolean(true);
        Gauge gauge = Gauge.builder("metrics.route.test", () -> {
                    onEventLoop.set(Context.isOnEventLoopThread());
                    return 1;
                })
                .register(registry);

        scrape("*/*");
        registry.remove(gauge);

        assertThat(onEventLoop).isFalse();
    }

    @Test
    void shouldStandOnTheManagementPortOnly() {
        given().when().get("/q/metrics").then().statusCode(404);
        given().when().post(metrics).then().statusCode(405);
    }

    @Test
    void shouldBreakMetricsDownByCpu() {
        registry.counter("metrics.route.cpus").increment(3);

        Response scrape = given().header("Accept", Clients.PROMETHEUS_3_9.accept())
                .when()
                .get(management.resolve("/q/metrics/cpus"));

        assertThat(scrape.statusCode()).isEqualTo(200);
        assertThat(scrape.contentType()).isEqualTo(Clients.PROMETHEUS_3_9.contentType());
        assertThat(scrape.header("Cache-Control")).isEqualTo("no-store");
        assertThat(scrape.asString().lines())
                .anyMatch(line -> line.matches(
                        "metrics_route_cpus_total\\{(cpu=\"\\d+\",numa_node=\"\\d*\"|shard=\"\\d+\")} 3\\.0"))
                .noneMatch(line -> line.startsWith("jvm_memory"))
                .endsWith("# EOF");
        given().header("Accept", "application/json")
                .when()
                .get(management.resolve("/q/metrics/cpus"))
                .then()
                .statusCode(406);
        given().when().get("/q/metrics/cpus").then().statusCode(404);
    }

    @Test
    void shouldHaveNoSeriesTwice() {
        assertThat(scrape("*/*")
                        .asString()
                        .lines()
                        .filter(line -> !line.startsWith("#"))
                        .map(line -> line.substring(0, line.lastIndexOf(' '))))
                .doesNotHaveDuplicates();
    }

    @Test
    void shouldNameTheServersPortOnlyWhereItIsFixed() {
        assertThat(registry.get("http.server.active.requests").gauge().getId().getTags())
                .containsExactly(Tag.of("url.scheme", "http"));
    }

    private Response scrape(String accept) {
        Response response = given().header("Accept", accept).when().get(metrics);
        assertThat(response.statusCode()).isEqualTo(200);
        return response;
    }
}
