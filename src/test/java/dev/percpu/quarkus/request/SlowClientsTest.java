package dev.percpu.quarkus.request;

import static dev.percpu.Eventually.assertEventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.quarkus.LowLimits;
import dev.percpu.quarkus.request.route.RouteTimers;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that keep connections open and never finish a request. The limits hold, and other clients get their responses. */
@QuarkusTest
@TestProfile(LowLimits.class)
class SlowClientsTest {

    private static final int LIMIT = LowLimits.MAX_CONNECTIONS;

    private static final Duration PACE = Duration.ofMillis(230);

    @Inject
    PerCpuMeterRegistry registry;

    @TestHTTPResource("/")
    URI application;

    private final LogLines log = new LogLines();

    @BeforeEach
    void startLog() {
        log.start();
    }

    @AfterEach
    void stopLog() {
        log.stop();
    }

    /** The connection limit does not count these sockets: Vert.x counts a connection from the head of its first request on. */
    @Test
    void shouldDropClientsThatNeverFinishARequestHead() throws IOException {
        long before = resets();
        List<Socket> slow = open(5 * LIMIT, "GET /slow HTTP/1.1\r\nHost: x\r\nX-A: ");
        try {
            assertAnswered();
            for (Socket socket : slow) {
                assertThat(socket.getInputStream().read()).isNegative();
            }
            assertAnswered();
        } finally {
            close(slow);
        }
        assertEventually(() -> active("connections") + active("requests"), 0.0);
        assertThat(registry.find(RouteTimers.NAME).tag("uri", "NOT_FOUND").timers())
                .isEmpty();
        assertEventually(() -> resets() - before, 5L * LIMIT);
        assertThat(log.lines()).hasSizeLessThan(10);
    }

    /** A connection with a slow body is not idle for Vert.x, one with a slow head is. Neither affects other clients. */
    @Test
    void shouldAnswerOtherClientsDuringSlowHeadsAndBodies() throws IOException {
        int clients = LIMIT / 3;
        int bytes = 10;
        double before = uploads();
        List<Socket> heads = open(clients, "GET /vertx/plain HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-A: ");
        List<Socket> bodies = open(
                clients,
                "POST /special/upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + bytes + "\r\n"
                        + "Content-Type: application/octet-stream\r\n\r\n");
        try {
            for (int i = 0; i < bytes; i++) {
                assertEventually(() -> active("requests"), (double) clients);
                assertAnswered();
                // The pace of the slow clients: ten of these pauses exceed the timeout.
                LockSupport.parkNanos(PACE.toNanos());
                writeToOpenSockets(heads, "x");
                write(bodies, "y");
            }
            for (Socket socket : heads) {
                assertThat(isDropped(socket)).isTrue();
            }
            for (Socket socket : bodies) {
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .startsWith("HTTP/1.1 200 ")
                        .endsWith("\r\n" + bytes);
            }
        } finally {
            close(heads);
            close(bodies);
        }
        assertEventually(() -> active("connections") + active("requests"), 0.0);
        assertEventually(() -> uploads() - before, (double) clients);
        assertThat(log.lines()).hasSizeLessThan(10);
    }

    private double uploads() {
        return registry.find(RouteTimers.NAME).tag("uri", "/special/upload").tag("status", "200").timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    private static void writeToOpenSockets(List<Socket> to, String text) {
        for (Socket socket : to) {
            try {
                socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                // The service has dropped it; isDropped checks that below.
            }
        }
    }

    private static boolean isDropped(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    private static void write(List<Socket> to, String text) throws IOException {
        for (Socket socket : to) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Test
    void shouldHoldTheConnectionLimitAndCountUnfinishedRequests() throws IOException {
        long before = resets();
        List<Socket> slow = List.of();
        try (Socket good = connect()) {
            assertAnswered(good);
            slow = open(5 * LIMIT, "GET /special/never/1 HTTP/1.1\r\nHost: x\r\n\r\n");
            assertEventually(() -> active("connections"), (double) LIMIT);
            assertAnswered(good);
            assertEventually(
                    () -> registry.get("vertx.http.connections.rejected")
                            .counter()
                            .count(),
                    5.0 * LIMIT - (LIMIT - 1));

            // The service drops idle connections. Each request had begun, rejected or not, and is counted once.
            assertEventually(() -> active("connections") + active("requests"), 0.0);
            assertAnswered();
            assertEventually(() -> resets() - before, 5L * LIMIT);
        } finally {
            close(slow);
        }
        assertThat(log.lines()).hasSizeLessThan(10);
    }

    /** Returns the number of requests that got no response. */
    private long resets() {
        return registry.find(RouteTimers.NAME).tag("status", "RESET").timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    private List<Socket> open(int count, String firstBytes) throws IOException {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket socket = connect();
            socket.getOutputStream().write(firstBytes.getBytes(StandardCharsets.US_ASCII));
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

    private void assertAnswered() throws IOException {
        try (Socket socket = connect()) {
            assertAnswered(socket);
        }
    }

    private static void assertAnswered(Socket socket) throws IOException {
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

    private double active(String kind) {
        return registry.get("http.server.active." + kind).gauge().value();
    }
}
