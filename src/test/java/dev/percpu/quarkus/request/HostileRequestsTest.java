package dev.percpu.quarkus.request;

import static dev.percpu.Eventually.assertEventually;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.quarkus.request.route.RouteTimers;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hostile requests. They add few series and log lines, each is counted once, and other requests get their responses. */
@QuarkusTest
class HostileRequestsTest {

    private static final int REQUESTS = 3_000;

    /** A part of the request that the client chooses at random for each request. */
    enum RandomPart {
        PATH(i -> request("GET", "/no/" + random(i), "x", "X-A: 1")),
        PATH_BELOW_A_RESOURCE(i -> request("GET", "/sample/items/x" + random(i), "x", "X-A: 1")),
        PATH_WITH_SLASHES(i -> request("GET", "/" + random(i) + "/".repeat(i % 5 + 1), "x", "X-A: 1")),
        PATH_OF_A_ROUTE_FOR_ALL_BELOW(i -> request("GET", "/vertx/files/" + random(i), "x", "X-A: 1")),
        PATH_PARAMETER(i -> request("GET", "/sample/items/" + i, "x", "X-A: 1")),
        METHOD(i -> request("M" + random(i), "/sample/items/1", "x", "X-A: 1")),
        METHOD_AND_PATH(i -> request("M" + random(i), "/" + random(i), "x", "X-A: 1")),
        HOST(i -> request("GET", "/vertx/plain", "h" + random(i) + ".example", "X-A: 1")),
        HEADER(i -> request("GET", "/vertx/plain", "x", "X-" + random(i) + ": " + random(i))),
        QUERY(i -> request("GET", "/vertx/plain?" + random(i) + "=" + random(i), "x", "X-A: 1"));

        @SuppressWarnings("ImmutableEnumChecker") // the functions have no state
        private final IntFunction<String> request;

        RandomPart(IntFunction<String> request) {
            this.request = request;
        }

        private static String random(int seed) {
            return Long.toString(new Random(seed).nextLong() & Long.MAX_VALUE, Character.MAX_RADIX);
        }

        private static String request(String method, String path, String host, String header) {
            return method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + header + "\r\n";
        }
    }

    @Inject
    PerCpuMeterRegistry registry;

    @TestHTTPResource("/")
    URI application;

    private final LogLines log = new LogLines();
    private List<Meter.Id> seriesBefore = List.of();
    private long requestsBefore;

    @BeforeEach
    void storeCounts() {
        assertEventually(
                () -> registry.get("http.server.active.requests").gauge().value(), 0.0);
        seriesBefore = series();
        requestsBefore = requests();
        log.start();
    }

    @AfterEach
    void stopLog() {
        log.stop();
    }

    @ParameterizedTest
    @EnumSource
    void shouldAddFewSeriesAndLogLines(RandomPart part) throws IOException {
        pipeline(REQUESTS, part.request);

        assertEventually(() -> requests() - requestsBefore, (long) REQUESTS);
        assertThat(series().size() - seriesBefore.size()).isLessThanOrEqualTo(2);
        assertThat(log.lines()).hasSizeLessThan(10);
        assertThat(registry.get("http.server.active.requests").gauge().value()).isZero();
    }

    @Test
    void shouldCountEachOfManyPipelinedRequests() throws IOException {
        int many = 30_000;

        pipeline(many, i -> "GET /vertx/plain HTTP/1.1\r\nHost: x\r\n");

        assertEventually(() -> requests() - requestsBefore, (long) many);
        assertThat(registry.get("http.server.active.requests").gauge().value()).isZero();
        assertThat(log.lines()).hasSizeLessThan(10);
        given().when().get("/vertx/plain").then().statusCode(200);
    }

    @Test
    void shouldRejectAnEndlessBodyAndAnswerOtherRequests() throws IOException {
        byte[] chunk = ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        long sent = 0;
        try (Socket socket = new Socket(application.getHost(), application.getPort())) {
            OutputStream out = socket.getOutputStream();
            String head = String.join(
                    "\r\n",
                    "POST /special/upload HTTP/1.1",
                    "Host: x",
                    "Content-Type: application/octet-stream",
                    "Transfer-Encoding: chunked",
                    "",
                    "");
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            // 1 GB is a hundred times the limit of a body.
            for (; sent < 1_000_000_000L; sent += chunk.length) {
                out.write(chunk);
                if (sent == 2L * chunk.length) {
                    given().when().get("/vertx/plain").then().statusCode(200);
                }
            }
        } catch (IOException e) {
            assertThat(e).hasMessageMatching(".*(Broken pipe|Connection reset|closed).*");
        }

        assertThat(sent).isLessThan(1_000_000_000L);
        assertEventually(() -> requests() - requestsBefore, 2L);
        assertEventually(
                () -> registry.get("http.server.active.requests").gauge().value(), 0.0);
        given().when().get("/vertx/plain").then().statusCode(200);
        assertThat(log.lines()).hasSizeLessThan(10);
    }

    /** Sends requests without waiting, the last with {@code Connection: close}, and reads all responses. */
    private void pipeline(int requests, IntFunction<String> head) throws IOException {
        try (Socket socket = new Socket(application.getHost(), application.getPort())) {
            socket.setSoTimeout(30_000);
            CompletableFuture<Void> written = CompletableFuture.runAsync(() -> {
                try {
                    OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
                    for (int i = 0; i < requests; i++) {
                        String last = i + 1 == requests ? "Connection: close\r\n" : "";
                        out.write((head.apply(i) + last + "\r\n").getBytes(StandardCharsets.US_ASCII));
                    }
                    out.flush();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            written.join();
        }
    }

    private List<Meter.Id> series() {
        return registry.getMeters().stream()
                .map(Meter::getId)
                .filter(id -> id.getName().startsWith("http.server."))
                .toList();
    }

    private long requests() {
        return registry.find(RouteTimers.NAME).timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }
}
