package dev.percpu.request;

import static dev.percpu.Eventually.assertEventually;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.meter.PerCpuMeterRegistry;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Clients that hold connections and never finish a request: limits hold, whoever is connected is answered, and it passes. */
@QuarkusTest
@TestProfile(SlowClientsTest.Tight.class)
class SlowClientsTest {

    private static final int LIMIT = 60;

    public static class Tight implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.http.limits.max-connections", Integer.toString(LIMIT), "quarkus.http.idle-timeout", "3s");
        }
    }

    @Inject
    PerCpuMeterRegistry registry;

    @TestHTTPResource("/")
    URI application;

    @Test
    void shouldHoldOutUntilSlowClientsAreDropped() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try (Socket good = new Socket(application.getHost(), application.getPort())) {
            good.setSoTimeout(10_000);
            answered(good);
            for (int i = 0; i < 5 * LIMIT; i++) {
                slow.add(begin(i));
            }
            assertEventually(() -> active("connections"), (double) LIMIT);
            answered(good);
            assertEventually(() -> active("requests"), 0.0);

            // The limit does not grow with what is refused, and what is idle goes.
            assertThat(registry.get("vertx.http.connections.rejected").counter().count())
                    .isGreaterThan(3.0 * LIMIT);
            assertEventually(() -> active("connections") <= 1, true);
            given().when().get("/vertx/plain").then().statusCode(200);
            assertEventually(
                    () -> registry.get(RouteTimers.NAME)
                            .tag("uri", "/vertx/plain")
                            .timer()
                            .count(),
                    3L);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    /** A request head that lacks its end. */
    private Socket begin(int number) throws IOException {
        Socket socket = new Socket(application.getHost(), application.getPort());
        try {
            socket.getOutputStream()
                    .write(("GET /slow/" + number + " HTTP/1.1\r\nHost: x\r\nX-A: ")
                            .getBytes(StandardCharsets.US_ASCII));
        } catch (SocketException e) {
            // Beyond the limit the service closes the connection, which may be noticed here.
        }
        return socket;
    }

    private static void answered(Socket socket) throws IOException {
        socket.getOutputStream()
                .write("GET /vertx/plain HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        StringBuilder answer = new StringBuilder();
        byte[] buffer = new byte[1_024];
        while (answer.indexOf("plain") < 0) {
            int read = socket.getInputStream().read(buffer);
            assertThat(read).isPositive();
            answer.append(new String(buffer, 0, read, StandardCharsets.US_ASCII));
        }
        assertThat(answer.toString()).startsWith("HTTP/1.1 200 ");
    }

    private double active(String what) {
        return registry.get("http.server.active." + what).gauge().value();
    }
}
