package dev.percpu.quarkus.request;

import static dev.percpu.Eventually.assertEventually;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.quarkus.request.route.RouteTimers;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.Method;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
class RequestMetricsTest {

    @Inject
    PerCpuMeterRegistry registry;

    @TestHTTPResource("/")
    URI application;

    @TestHTTPResource(value = "/", management = true)
    URI management;

    private Map<String, Long> before = Map.of();

    @BeforeEach
    void storeCounts() {
        before = counts();
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /sample/items/7,          200, SUCCESS,      /sample/items/{id}",
        "GET,    /sample/items/7?q=1,      200, SUCCESS,      /sample/items/{id}",
        "HEAD,   /sample/items/7,          200, SUCCESS,      /sample/items/{id}",
        "DELETE, /sample/items/7,          204, SUCCESS,      /sample/items/{id}",
        "POST,   /sample/items,            201, SUCCESS,      /sample/items",
        "GET,    /sample/items/404,        404, CLIENT_ERROR, /sample/items/{id}",
        "GET,    /sample/moved,            303, REDIRECTION,  REDIRECTION",
        "GET,    /sample/moved/away,       303, REDIRECTION,  /sample/moved/{where}",
        "GET,    /sample/failing,          500, SERVER_ERROR, /sample/failing",
        "GET,    /sample/virtual,          200, SUCCESS,      /sample/virtual",
        "GET,    /sample/nested/a/deep/b,  200, SUCCESS,      /sample/nested/{name}/deep/{key}",
        "GET,    /vertx/things/7,          200, SUCCESS,      /vertx/things/{thing}",
        "GET,    /vertx/plain,             200, SUCCESS,      /vertx/plain",
        "GET,    /vertx/plain/,            200, SUCCESS,      /vertx/plain",
        "GET,    /vertx/files/a/b.txt,     200, SUCCESS,      /vertx/files/*",
        "GET,    /vertx/mounted/inside,    200, SUCCESS,      /vertx/mounted/inside",
        "GET,    /sample.html,             200, SUCCESS,      /sample.html",
        "GET,    /,                        200, SUCCESS,      root",
        "GET,    /nowhere,                 404, CLIENT_ERROR, NOT_FOUND",
        "GET,    /sample/items/no-number,  404, CLIENT_ERROR, /sample/items/{id}",
        "PUT,    /sample/moved,            405, CLIENT_ERROR, UNKNOWN",
        "PATCH,  /vertx/plain,             404, CLIENT_ERROR, NOT_FOUND",
    })
    void shouldCountEachRequestOnceUnderItsRoute(Method method, String path, int status, String outcome, String uri) {
        for (int i = 0; i < 3; i++) {
            given().redirects()
                    .follow(false)
                    .when()
                    .request(method, path)
                    .then()
                    .statusCode(status);
        }

        assertOnlyCounted(Map.of(labels(method.name(), outcome, status + "", uri), 3L));
    }

    @Test
    void shouldNotRecordQuarkusEndpoints() {
        given().when().get("/q/openapi").then().statusCode(200);
        given().when().get("/sample/items/1").then().statusCode(200);

        assertOnlyCounted(Map.of(labels("GET", "SUCCESS", "200", "/sample/items/{id}"), 1L));
    }

    @Test
    void shouldCollapseUnknownPathsIntoOneValue() {
        for (int i = 0; i < 20; i++) {
            given().when().get("/nowhere/" + i).then().statusCode(404);
        }

        assertOnlyCounted(Map.of(labels("GET", "CLIENT_ERROR", "404", "NOT_FOUND"), 20L));
    }

    @Test
    void shouldCollapseUnknownMethodsIntoOneValue() throws IOException {
        assertThat(exchange("FOO /sample/items/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .contains(" 405 ");
        assertThat(exchange("get /sample/items/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .contains(" 405 ");

        assertOnlyCounted(Map.of(labels("UNKNOWN", "CLIENT_ERROR", "405", "UNKNOWN"), 2L));
    }

    @Test
    void shouldRecordTooLongPathsAsBadRequest() throws IOException {
        String path = "/sample/items/" + "x".repeat(10_000);

        assertThat(exchange("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.0 414 ");

        assertOnlyCounted(Map.of(labels("GET", "CLIENT_ERROR", "414", "/bad-request"), 1L));
    }

    @Test
    void shouldRecordMalformedRequestsAsBadRequest() throws IOException {
        assertThat(exchange("this is not http\r\n\r\n")).contains(" 400 ");

        assertOnlyCounted(Map.of(labels("GET", "CLIENT_ERROR", "400", "/bad-request"), 1L));
    }

    @Test
    void shouldRecordARejectedAcceptHeaderUnderItsRoute() {
        int status = given().header("Accept", ";;;").when().get("/api/rseq").statusCode();

        assertThat(status).isBetween(400, 499);
        assertOnlyCounted(Map.of(labels("GET", "CLIENT_ERROR", status + "", "/api/rseq"), 1L));
    }

    @Test
    void shouldCountEachPipelinedRequest() throws IOException {
        String one = "GET /sample/items/1 HTTP/1.1\r\nHost: x\r\n\r\n";
        String last = "GET /vertx/plain HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

        exchange(one + one + one + last);

        assertOnlyCounted(Map.of(
                labels("GET", "SUCCESS", "200", "/sample/items/{id}"), 3L,
                labels("GET", "SUCCESS", "200", "/vertx/plain"), 1L));
    }

    @Test
    void shouldNotCountRequestsToTheManagementPort() {
        given().when().get(management.resolve("/q/metrics")).then().statusCode(200);
        given().when().get(management.resolve("/q/health/live")).then().statusCode(200);
        given().when().get(management.resolve("/nowhere")).then().statusCode(404);
        given().when().get("/sample/items/1").then().statusCode(200);

        assertOnlyCounted(Map.of(labels("GET", "SUCCESS", "200", "/sample/items/{id}"), 1L));
    }

    @Test
    void shouldRegisterMetersAgainAfterRemoval() {
        given().when().get("/vertx/plain").then().statusCode(200);
        assertOnlyCounted(Map.of(labels("GET", "SUCCESS", "200", "/vertx/plain"), 1L));
        registry.find(RouteTimers.NAME).tag("uri", "/vertx/plain").meters().forEach(registry::remove);
        storeCounts();

        given().when().get("/vertx/plain").then().statusCode(200);

        assertOnlyCounted(Map.of(labels("GET", "SUCCESS", "200", "/vertx/plain"), 1L));
    }

    @Test
    void shouldCountBytesAndReturnToZeroActiveRequests() {
        given().body("x".repeat(100)).when().post("/sample/items").then().statusCode(201);

        assertEventually(
                () -> registry.get("http.server.active.requests").gauge().value(), 0.0);
        assertEventually(() -> registry.get("http.server.bytes.read").summary().totalAmount() > 0, true);
        assertEventually(
                () -> registry.get("http.server.bytes.written").summary().totalAmount() > 0, true);
        assertOnlyCounted(Map.of(labels("POST", "SUCCESS", "201", "/sample/items"), 1L));
        assertThat(registry.get("http.server.active.requests").gauge().getId().getTag("url.scheme"))
                .isEqualTo("http");
    }

    /** Waits until these observations, and no others, are new. */
    private void assertOnlyCounted(Map<String, Long> expected) {
        assertEventually(this::newCounts, new TreeMap<>(expected));
    }

    private Map<String, Long> newCounts() {
        Map<String, Long> newCounts = new TreeMap<>(counts());
        newCounts.replaceAll((labels, count) -> count - before.getOrDefault(labels, 0L));
        newCounts.values().removeIf(count -> count == 0);
        return newCounts;
    }

    private Map<String, Long> counts() {
        return registry.find(RouteTimers.NAME).timers().stream().collect(Collectors.toMap(this::labels, Timer::count));
    }

    private String labels(Meter meter) {
        Tags tags = Tags.of(meter.getId().getTags());
        return tags.stream().map(tag -> tag.getKey() + "=" + tag.getValue()).collect(Collectors.joining(" "));
    }

    private static String labels(String method, String outcome, String status, String uri) {
        return "method=" + method + " outcome=" + outcome + " status=" + status + " uri=" + uri;
    }

    /** Sends a text as ISO 8859-1 and returns everything until the service closes the connection. */
    private String exchange(String request) throws IOException {
        try (Socket socket = new Socket(application.getHost(), application.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            ByteArrayOutputStream response = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(response);
            return response.toString(StandardCharsets.ISO_8859_1);
        }
    }
}
