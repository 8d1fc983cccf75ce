package dev.percpu.request;

import static dev.percpu.Eventually.assertEventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.meter.PerCpuMeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
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

    static final int LIMIT = 60;

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

    /** Vert.x makes a connection of a socket when it has the head of a first request, so the limit is not for these. */
    @Test
    void shouldDropClientsThatNeverFinishTheHeadOfARequest() throws IOException {
        List<Socket> slow = open(5 * LIMIT, "GET /slow HTTP/1.1\r\nHost: x\r\nX-A: ");
        try {
            answered();
            for (Socket socket : slow) {
                assertThat(socket.getInputStream().read()).isNegative();
            }
            answered();
        } finally {
            close(slow);
        }
        assertEventually(() -> active("connections") + active("requests"), 0.0);
        assertThat(registry.find(RouteTimers.NAME).tag("uri", "NOT_FOUND").timers())
                .isEmpty();
    }

    @Test
    void shouldHoldTheLimitOfConnectionsAndCountWhatWasBroughtToNoEnd() throws IOException {
        List<Socket> slow = List.of();
        try (Socket good = connect()) {
            answered(good);
            slow = open(5 * LIMIT, "GET /special/never/1 HTTP/1.1\r\nHost: x\r\n\r\n");
            assertEventually(() -> active("connections"), (double) LIMIT);
            answered(good);
            assertEventually(
                    () -> registry.get("vertx.http.connections.rejected")
                            .counter()
                            .count(),
                    5.0 * LIMIT - (LIMIT - 1));

            // What is idle goes. Refused or not, each request was begun, and is counted once.
            assertEventually(() -> active("connections") + active("requests"), 0.0);
            answered();
            assertEventually(
                    () -> registry.get(RouteTimers.NAME).tag("status", "RESET").timers().stream()
                            .mapToLong(Timer::count)
                            .sum(),
                    5L * LIMIT);
        } finally {
            close(slow);
        }
    }

    private List<Socket> open(int count, String begin) throws IOException {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket socket = connect();
            socket.getOutputStream().write(begin.getBytes(StandardCharsets.US_ASCII));
            slow.add(socket);
        }
        return slow;
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(application.getHost(), application.getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void answered() throws IOException {
        try (Socket socket = connect()) {
            answered(socket);
        }
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
