package dev.percpu.quarkus.metrics;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.scrape.Clients;
import dev.percpu.shard.ShardStatistics;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.Context;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class MetricsRouteTest {

    private static final String PATH = "/q/metrics";

    // The path has the management root as a prefix. Only host and port are used.
    @TestHTTPResource(value = "/", management = true)
    URI management;

    private URI metrics = URI.create(PATH);

    @Inject
    PerCpuMeterRegistry registry;

    @BeforeEach
    void findTheManagementPort() {
        metrics = management.resolve(PATH);
        registry.counter("route.counted").increment();
        Timer.builder("route.timed")
                .serviceLevelObjectives(Duration.ofSeconds(1))
                .register(registry)
                .record(Duration.ofMillis(1));
    }

    /** Returns both paths. A scrape of each has the counter and the timer of this test. */
    static List<Path> paths() {
        return List.of(new Path(PATH, ""), new Path(PATH + MetricsRoute.CPUS, "(cpu|shard)="));
    }

    /**
     * A path that is scraped.
     *
     * @param label a pattern that the labels of each sample start with; empty for none
     */
    record Path(String path, String label) {
        @Override
        public String toString() {
            return path;
        }
    }

    private static Stream<Arguments> onBothPaths(Stream<?> values) {
        return values.flatMap(value -> paths().stream().map(path -> Arguments.of(path, value)));
    }

    static Stream<Arguments> clients() {
        return onBothPaths(Arrays.stream(Clients.values()));
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
    void shouldExposeMetricsOfTheRegistry(String line) {
        scrape("*/*");

        assertThat(scrape("*/*").asString().lines()).anyMatch(actual -> actual.matches(line));
    }

    @Test
    void shouldWriteInfosInOpenMetrics() {
        assertThat(scrape("application/openmetrics-text").asString())
                .contains("# TYPE percpu_rseq info\n", "# TYPE percpu_rseq_restarts counter\n");
    }

    @ParameterizedTest
    @MethodSource("paths")
    void shouldWriteOpenMetrics(Path path) {
        Response scrape =
                scrape(path, "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1");

        assertThat(scrape.contentType()).isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
        assertThat(scrape.asString())
                .endsWith("# EOF\n")
                .contains("# TYPE route_counted counter\n", "# TYPE route_timed_seconds histogram\n");
    }

    @ParameterizedTest
    @MethodSource("paths")
    void shouldWriteText(Path path) {
        Response scrape = scrape(path, "text/plain;version=0.0.4");

        assertThat(scrape.contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(scrape.asString())
                .doesNotContain("# EOF")
                .contains("# TYPE route_counted_total counter\n", "# TYPE route_timed_seconds histogram\n");
        assertThat(scrape.asString().lines())
                .anyMatch(line -> line.matches(
                        path.label.isEmpty()
                                ? "route_counted_total [0-9.]+"
                                : "route_counted_total\\{" + path.label + ".*} [0-9.]+"));
    }

    @ParameterizedTest
    @MethodSource("paths")
    void shouldWriteProtobuf(Path path) {
        Response scrape = scrape(
                path,
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.9,*/*;q=0.1");

        assertThat(scrape.contentType()).startsWith("application/vnd.google.protobuf;");
        byte[] body = scrape.asByteArray();
        // A length, then field 1 (the family's name) with wire type 2.
        int first = (body[0] & 0x80) == 0 ? 1 : 2;
        assertThat(body[first]).isEqualTo((byte) 0x0a);
        assertThat(new String(
                        Arrays.copyOfRange(body, first + 2, first + 2 + body[first + 1]), StandardCharsets.US_ASCII))
                .matches("[a-z_:]+");
    }

    @ParameterizedTest
    @MethodSource("clients")
    void shouldReturnTheContentTypeOfEveryClient(Path path, Clients client) {
        Response scrape = scrape(path, client.accept());

        assertThat(scrape.contentType()).isEqualTo(client.contentType());
        assertThat(scrape.header("Vary")).isEqualTo("Accept");
        assertThat(scrape.header("Cache-Control")).isEqualTo("no-store");
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
    void shouldEscapeNamesByTheRequestedScheme(String accept, String type, String sample) {
        io.prometheus.metrics.core.metrics.Gauge external = io.prometheus.metrics.core.metrics.Gauge.builder()
                .name("route.test.caf\u00e9")
                .register(registry.getPrometheusRegistry());
        external.set(1);
        String scrape = scrape(accept).asString();
        registry.getPrometheusRegistry().unregister(external);

        assertThat(scrape.lines()).contains(type, sample);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/plain|route_counted_total",
                "text/plain;escaping=underscores|route_counted_total",
                "text/plain;escaping=dots|route__counted_total",
                "text/plain;escaping=values|route_counted_total",
                "application/openmetrics-text;escaping=dots|route__counted_total",
                "application/openmetrics-text;escaping=allow-utf-8|route_counted_total"
            })
    void shouldEscapeNamesByTheRequestedSchemeInAScrapeByCpu(String accept, String name) {
        String scrape = scrape(paths().getLast(), accept).asString();

        assertThat(scrape.lines()).anyMatch(line -> line.startsWith(name + "{"));
    }

    @ParameterizedTest
    @MethodSource("paths")
    void shouldReturnTheHeadersWithoutBodyForHead(Path path) {
        Response head =
                given().header("Accept", Clients.PROMETHEUS_3_9.accept()).when().head(management.resolve(path.path));

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.contentType()).isEqualTo(Clients.PROMETHEUS_3_9.contentType());
        assertThat(head.header("Cache-Control")).isEqualTo("no-store");
        assertThat(head.header("Vary")).isEqualTo("Accept");
        assertThat(head.asByteArray()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("paths")
    void shouldNotCompressByDefault(Path path) {
        URI uri = management.resolve(path.path);
        Response scrape = given().header("Accept-Encoding", "gzip").when().get(uri);

        assertThat(scrape.header("Content-Encoding")).isNull();
        assertThat(scrape.asString()).contains("# TYPE route_timed_seconds histogram\n");
        given().header("Accept-Encoding", "gzip, identity;q=0")
                .when()
                .get(uri)
                .then()
                .statusCode(406)
                .body(containsString("must allow identity."));
        given().header("Accept-Encoding", "gzip;q=7").when().get(uri).then().statusCode(400);
    }

    @Test
    void shouldScrapeRequestedMetricsOnly() {
        assertThat(samples(paths().getFirst(), "text/plain", "jvm_threads_live_threads", "process_uptime_seconds"))
                .containsExactlyInAnyOrder("jvm_threads_live_threads", "process_uptime_seconds");
    }

    static Stream<Arguments> names() {
        return onBothPaths(Stream.of("text/plain", "application/openmetrics-text"));
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldScrapeTheFamiliesOfRequestedSamples(Path path, String accept) {
        for (String name : List.of("route_counted", "route_counted_total")) {
            assertThat(samples(path, accept, name)).as(name).containsOnly("route_counted_total");
        }
        for (String name : List.of(
                "route_timed_seconds",
                "route_timed_seconds_count",
                "route_timed_seconds_sum",
                "route_timed_seconds_bucket")) {
            assertThat(samples(path, accept, name))
                    .as(name)
                    .containsOnly("route_timed_seconds_bucket", "route_timed_seconds_count", "route_timed_seconds_sum");
        }
        assertThat(samples(path, accept, "route_counted_total", "route_timed_seconds_count"))
                .contains("route_counted_total", "route_timed_seconds_sum");
        assertThat(samples(path, accept, "route_counted_seconds", "route")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/openmetrics-text"})
    void shouldScrapeAnInfoByTheNameOfItsSample(String accept) {
        for (String name : List.of("percpu_rseq", "percpu_rseq_info")) {
            assertThat(samples(paths().getFirst(), accept, name)).as(name).containsExactly("percpu_rseq_info");
        }
    }

    /** Returns the distinct names of the samples in a scrape of the given metrics. */
    private List<String> samples(Path path, String accept, String... names) {
        return given().header("Accept", accept)
                .queryParam("name[]", List.of(names))
                .when()
                .get(management.resolve(path.path))
                .asString()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]", 2)[0])
                .distinct()
                .toList();
    }

    static Stream<Arguments> rejected() {
        return paths().stream()
                .flatMap(path -> Stream.of(
                        Arguments.of(path, ";;;", 400, "character 1"),
                        Arguments.of(path, "text/plain;q=7", 400, "weight"),
                        Arguments.of(path, "application/json", 406, "text/plain")));
    }

    @ParameterizedTest
    @MethodSource("rejected")
    void shouldRejectAnAcceptHeaderThatIsMalformedOrAcceptsNoFormat(
            Path path, String accept, int status, String reason) {
        given().header("Accept", accept)
                .when()
                .get(management.resolve(path.path))
                .then()
                .statusCode(status)
                .contentType("text/plain")
                .body(containsString("Accept"))
                .body(containsString(reason));
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
    void shouldBeOnTheManagementPortOnly() {
        given().when().get("/q/metrics").then().statusCode(404);
        given().when().post(metrics).then().statusCode(405);
    }

    @Test
    void shouldScrapeByCpu() {
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

    /** These are the numbers that {@code /api/cpus} returns. */
    @Test
    void shouldExposeTheObservationsOfEachShard() {
        registry.timer("metrics.route.records").record(Duration.ofMillis(1));
        long least = registry.statistics().shards().stream()
                .mapToLong(ShardStatistics.PerShard::records)
                .sum();

        List<String> lines = given().queryParam("name[]", "percpu_shard_records_total")
                .when()
                .get(management.resolve("/q/metrics/cpus"))
                .asString()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .toList();

        assertThat(lines)
                .hasSize(registry.statistics().shards().size() + 1)
                .allMatch(line -> line.matches(
                        "percpu_shard_records_total\\{(cpu=\"\\w+\",numa_node=\"\\d*\"|shard=\"\\w+\")} [0-9.E]+"));
        double all = lines.stream()
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
        assertThat(all).isGreaterThanOrEqualTo(least).isPositive();
    }

    @Test
    void shouldWriteEachSeriesOnce() {
        assertThat(scrape("*/*")
                        .asString()
                        .lines()
                        .filter(line -> !line.startsWith("#"))
                        .map(line -> line.substring(0, line.lastIndexOf(' '))))
                .doesNotHaveDuplicates();
    }

    @Test
    void shouldExposeTheServerPortOnlyIfItIsFixed() {
        assertThat(registry.get("http.server.active.requests").gauge().getId().getTags())
                .containsExactly(Tag.of("url.scheme", "http"));
    }

    private Response scrape(String accept) {
        return scrape(paths().getFirst(), accept);
    }

    private Response scrape(Path path, String accept) {
        Response response = given().header("Accept", accept).when().get(management.resolve(path.path));
        assertThat(response.statusCode()).isEqualTo(200);
        return response;
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%4", "%zz", "a&name[]=%"})
    void shouldRejectAMalformedQuery(String name) throws IOException {
        // The client of the other tests sends no malformed query.
        try (Socket socket = new Socket(metrics.getHost(), metrics.getPort())) {
            String request = "GET " + PATH + "?name[]=" + name + " HTTP/1.0\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.0 400 ")
                    .endsWith("In the query, % must be followed by two hexadecimal digits.\n");
        }
    }
}
