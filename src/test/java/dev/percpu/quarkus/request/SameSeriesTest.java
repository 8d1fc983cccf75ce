package dev.percpu.quarkus.request;

import static dev.percpu.Eventually.assertEventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares the scrapes of both binders after the same requests: families, labels, counts and bytes must be equal. The intended differences
 * are in {@code quarkus-differences.md}.
 */
@QuarkusTest
@TestProfile(BothBinders.class)
class SameSeriesTest {

    private static final Pattern VARIES = Pattern.compile("(?<=_seconds)_sum\\{|_max\\{");

    @Inject
    PerCpuMeterRegistry perCpu;

    @Inject
    PrometheusMeterRegistry quarkus;

    @TestHTTPResource("/")
    URI application;

    @TestHTTPResource(value = "/", tls = true)
    URI secure;

    private Traffic traffic;
    private Map<String, Double> perCpuBefore;
    private Map<String, Double> quarkusBefore;

    /**
     * A kind of request.
     *
     * @param requests number of requests that are recorded
     * @param sent sends the requests
     * @param series start of a series that must change
     */
    record Kind(String name, int requests, Requests sent, String series) {
        Kind(String name, int requests, Requests sent) {
            this(name, requests, sent, requests == 0 ? "" : "http_server_requests_seconds_count{");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @FunctionalInterface
    interface Requests {
        void send(Traffic traffic, Runnable whenBegun) throws IOException;
    }

    static Stream<Kind> kinds() {
        return Stream.of(
                get("path parameter", "/sample/items/7"),
                get("path parameter, not found", "/sample/items/404"),
                get("no parameter", "/api/cpus"),
                new Kind("HEAD", 1, (to, begun) -> to.send("HEAD", "/sample/items/7")),
                new Kind("POST with a body", 1, (to, begun) -> to.upload("/special/upload", 100_000)),
                get("sub-resource", "/sample/nested/a/deep/b"),
                get("query", "/sample/items/7?a=1&b=2"),
                get("Vert.x route", "/vertx/plain"),
                get("Vert.x route with a slash at its end", "/vertx/plain/"),
                get("Vert.x route with parameter", "/vertx/things/7"),
                get("Vert.x route with a wildcard", "/vertx/files/a/b.txt"),
                get("mounted Vert.x router", "/vertx/mounted/inside"),
                get("parameter in a mounted Vert.x router", "/vertx/mounted/things/7"),
                get("Vert.x router mounted at a parameter", "/vertx/tenants/7/inside"),
                get("parameters in mount point and Vert.x route", "/vertx/tenants/7/things/8"),
                get("named Vert.x route", "/vertx/named/7"),
                get("Vert.x route with a regular expression", "/vertx/regex/7"),
                get("Vert.x route that fails", "/vertx/failing/badly"),
                get("Vert.x route that rejects", "/vertx/refusing"),
                get("Vert.x route that times out", "/vertx/never"),
                get("root", "/"),
                get("root, more slashes", "//"),
                get("static resource", "/sample.html"),
                new Kind(
                        "static resource, not changed",
                        1,
                        (to, begun) ->
                                to.send("GET", "/sample.html", "If-Modified-Since: Fri, 31 Dec 2100 23:59:59 GMT")),
                get("not found", "/nowhere/at/all"),
                get("not found, with a slash", "/nowhere/"),
                get("not found, with two slashes", "/nowhere//"),
                get("not found, with two slashes in front", "//nowhere"),
                get("not found below a resource", "/sample/items/no-number"),
                new Kind("method not allowed", 1, (to, begun) -> to.send("PUT", "/sample/moved")),
                new Kind("method not allowed on a Vert.x route", 1, (to, begun) -> to.send("PUT", "/vertx/plain")),
                new Kind("unknown method", 1, (to, begun) -> to.send("BREW", "/sample/items/1")),
                new Kind("not acceptable", 1, (to, begun) -> to.send("GET", "/api/rseq", "Accept: image/png")),
                get("redirect", "/sample/moved"),
                get("redirect with parameter", "/sample/moved/away"),
                get("redirect, with two slashes in front", "//sample/moved"),
                get("redirect of a Vert.x route", "/vertx/moved"),
                get("redirect of a Vert.x route, with two slashes", "/vertx/moved//"),
                get("redirect of a Vert.x route with parameter", "/vertx/moved/away"),
                get("mapped exception", "/special/mapped/1"),
                get("exception", "/sample/failing"),
                get("not authenticated", "/special/guarded/1"),
                new Kind("not allowed", 1, (to, begun) -> to.sendAs("guest", "/special/guarded/1")),
                new Kind("allowed", 1, (to, begun) -> to.sendAs("admin", "/special/guarded/1")),
                get("not authenticated by path", "/special/closed/1"),
                get("Vert.x route, not authenticated by path", "/vertx/closed/1"),
                new Kind("body too large", 1, (to, begun) -> to.announce("/special/upload", 100_000_000)),
                new Kind(
                        "body too large for a Vert.x route",
                        1,
                        (to, begun) -> to.announce("/vertx/early", 100_000_000)),
                new Kind("allowed by path", 1, (to, begun) -> to.sendAs("guest", "/special/closed/1")),
                get("blocking", "/special/blocking"),
                get("virtual thread", "/sample/virtual"),
                get("asynchronous", "/special/uni/1"),
                get("chunked", "/special/chunked"),
                get("server-sent events", "/special/events"),
                new Kind(
                        "preflight",
                        1,
                        (to, begun) -> to.send(
                                "OPTIONS",
                                "/sample/items/1",
                                "Origin: http://elsewhere.example",
                                "Access-Control-Request-Method: PUT",
                                "Access-Control-Request-Headers: X-Own")),
                get("match pattern", "/vertx/files/rewritten/7"),
                new Kind("ignore pattern", 0, (to, begun) -> to.send("GET", "/vertx/files/ignored/7")),
                new Kind("endpoint of Quarkus", 0, (to, begun) -> to.send("GET", "/q/openapi")),
                new Kind("cancelled", 1, (to, begun) -> to.abandon("/special/never/1", begun)),
                new Kind("cancelled during the request", 1, (to, begun) -> {
                    int before = SampleStreams.UPLOAD_READS.get();
                    to.abandonUpload(
                            "/special/upload", () -> assertEventually(SampleStreams.UPLOAD_READS::get, before + 1));
                }),
                new Kind(
                        "cancelled during the response",
                        1,
                        (to, begun) -> to.closeDuringResponse("/special/ticks", "data:")),
                new Kind(
                        "connection reset",
                        1,
                        (to, begun) -> to.resetConnection("/special/never/1", begun),
                        "http_server_errors_total{class=\"java.net.SocketException\""),
                new Kind(
                        "timed out", 1, (to, begun) -> to.exchange("GET /special/never/1 HTTP/1.1\r\nHost: x\r\n\r\n")),
                new Kind("HTTP/2", 3, (to, begun) -> to.sendHttp2("/sample/items/1", "/nowhere", "/vertx/things/1")),
                new Kind("HTTP/2 after an upgrade", 1, (to, begun) -> to.upgradeToHttp2("/sample/items/1")),
                new Kind("HTTP/2, reset", 1, (to, begun) -> to.resetHttp2("/special/never/1", begun)),
                new Kind("HTTP/2, reset after the response", 1, (to, begun) -> to.resetAfterResponse("/vertx/early")),
                new Kind("https", 2, (to, begun) -> to.sendSecurely("/sample/items/1", "/nowhere")),
                new Kind("HTTP/2 over TLS", 2, (to, begun) -> to.sendHttp2Securely("/sample/items/1", "/nowhere")),
                new Kind(
                        "keep-alive",
                        3,
                        (to, begun) -> to.sendInSequence("/sample/items/1", "/nowhere", "/vertx/plain")),
                new Kind(
                        "one connection",
                        4,
                        (to, begun) -> to.sendOnOneConnection(
                                "/sample/items/1", "/sample/items/2", "/nowhere", "/vertx/plain")),
                new Kind("web socket", 1, (to, begun) -> to.webSocket("/vertx/socket/7", () -> {})),
                new Kind("web socket without a parameter", 1, (to, begun) -> to.webSocket("/vertx/socket", () -> {})),
                new Kind("not HTTP", 1, (to, begun) -> to.exchange("this is not http\r\n\r\n")),
                new Kind("path too long", 1, (to, begun) -> to.send("GET", "/" + "x".repeat(10_000))));
    }

    private static Kind get(String name, String path) {
        return new Kind(name, 1, (to, begun) -> to.send("GET", path));
    }

    @BeforeEach
    void storeSeries() {
        traffic = new Traffic(application, secure);
        assertEventually(() -> active(quarkus, "requests") + active(quarkus, "connections"), 0L);
        perCpuBefore = series(perCpu.scrape());
        quarkusBefore = series(quarkus.scrape());
    }

    @AfterEach
    void closeTraffic() {
        traffic.close();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldHaveTheSameSeries(Kind kind) throws IOException {
        kind.sent.send(traffic, () -> assertEventually(() -> active(quarkus, "requests"), 1L));

        Differences differences = Differences.of(kind.name);
        assertEventually(() -> active(quarkus, "requests") + active(quarkus, "connections"), 0L);
        assertEventually(() -> requests(changes(perCpu.scrape(), perCpuBefore)), (double) kind.requests);
        // Where Quarkus' binder counts a request twice, the second count comes later.
        assertEventually(
                () -> {
                    differences.applyTo(changes(quarkus.scrape(), quarkusBefore));
                    return differences.unused();
                },
                List.of());
        assertEventually(
                () -> differences.applyTo(changes(quarkus.scrape(), quarkusBefore)),
                changes(perCpu.scrape(), perCpuBefore));
        assertThat(changes(perCpu.scrape(), perCpuBefore).keySet())
                .anyMatch(changed -> changed.startsWith(kind.series));
    }

    @Test
    void shouldHaveTheSameGaugesWhileARequestIsOpen() throws IOException {
        traffic.abandon("/special/never/1", () -> assertSameGauges(application));
        awaitOneRequest();
    }

    @Test
    void shouldHaveTheSameGaugesWhileASecureRequestIsOpen() {
        traffic.abandonSecurely("/special/never/1", () -> assertSameGauges(secure));
        awaitOneRequest();
    }

    /** Waits for the count of one request. Another thread records it, and it must not change the series of the next test. */
    private void awaitOneRequest() {
        assertEventually(() -> requests(changes(perCpu.scrape(), perCpuBefore)), 1.0);
    }

    /** Checks the gauges while one request and one connection to this port are open. */
    private void assertSameGauges(URI open) {
        String port = "server_port=\"" + open.getPort() + "\"";
        String requests = "http_server_active_requests{" + port + ",url_scheme=\"" + open.getScheme() + "\"}";
        Map<String, Double> expected = new TreeMap<>();
        expected.put(requests, 1.0);
        expected.put("http_server_active_connections{" + port + "}", 1.0);
        expected.put("http_server_connections_seconds_count{" + port + "}", 1.0);
        expected.put("http_server_connections_seconds_sum{" + port + "}", 1.0);
        expected.put("http_server_connections_seconds_max{" + port + "}", 1.0);

        assertEventually(() -> gauges(quarkus.scrape(), port), expected);
        assertEventually(() -> gauges(perCpu.scrape(), port), expected);
    }

    private static Map<String, Double> gauges(String scrape, String port) {
        Map<String, Double> gauges = series(scrape);
        gauges.keySet()
                .removeIf(series -> !series.contains(port)
                        || !series.matches("http_server_(active_\\w+|connections_seconds\\w*)\\{.*"));
        return gauges;
    }

    @Test
    void shouldHaveTheSameSeriesOfOpenWebSockets() {
        String open = "http_server_websocket_connections_seconds_count{uri=\"/vertx/socket/{room}\"}";

        traffic.webSocket("/vertx/socket/7", () -> {
            assertEventually(() -> series(quarkus.scrape()).get(open), 1.0);
            assertEventually(() -> series(perCpu.scrape()).get(open), 1.0);
        });

        assertEventually(() -> series(quarkus.scrape()).get(open), 0.0);
        assertEventually(() -> series(perCpu.scrape()).get(open), 0.0);
        awaitOneRequest();
    }

    @Test
    void shouldListOnlyDifferencesOfTestedKinds() {
        assertThat(kinds().map(Kind::name)).containsAll(Differences.kinds());
    }

    private long active(MeterRegistry registry, String kind) {
        return (long) Stream.of(application, secure)
                .mapToDouble(server -> registry.get("http.server.active." + kind)
                        .tag("server.port", Integer.toString(server.getPort()))
                        .gauge()
                        .value())
                .sum();
    }

    private static double requests(Map<String, Double> changes) {
        return changes.entrySet().stream()
                .filter(sample -> sample.getKey().startsWith("http_server_requests_seconds_count"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** Returns the changes of samples since an earlier scrape, and the new samples. */
    private static Map<String, Double> changes(String scrape, Map<String, Double> before) {
        Map<String, Double> changes = series(scrape);
        before.forEach((series, value) -> changes.computeIfPresent(
                series, (same, now) -> now.equals(value) ? null : Double.valueOf(now - value)));
        return changes;
    }

    /** Returns the samples of the binders. Times and maxima vary, so the count of the same series replaces them. */
    private static Map<String, Double> series(String scrape) {
        Map<String, Double> series = new TreeMap<>();
        scrape.lines().filter(line -> line.startsWith("http_server_")).forEach(line -> {
            int end = line.lastIndexOf(' ');
            series.put(line.substring(0, end), Double.valueOf(line.substring(end + 1)));
        });
        series.replaceAll(
                (name, value) -> series.getOrDefault(VARIES.matcher(name).replaceFirst("_count{"), value));
        return series;
    }
}
