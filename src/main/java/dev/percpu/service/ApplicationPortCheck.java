package dev.percpu.service;

import dev.percpu.quarkus.request.ConnectionBudget;
import dev.percpu.service.status.ServiceUrls;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.jspecify.annotations.Nullable;

/**
 * The liveness check: the application port answers.
 *
 * <p>It connects and sends the start of an HTTP/2 connection, to which a server answers with its settings. So the check is no request, and
 * appears in no metric of requests. The service is not live after {@value #MAX_FAILURES} checks in a row without an answer: the connection
 * was refused, closed at once, or silent for {@value #TIMEOUT_MILLIS} ms.
 *
 * <p>A port that is full of clients gives no answer either, but a restart would not help. So a check does not fail while the kernel has at
 * least half of the allowed connections to the port: {@code quarkus.http.limits.max-connections}, or what the descriptors of the process
 * allow. Thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113#section-3.4">RFC 9113, section 3.4</a>
 */
@Liveness
@Singleton
class ApplicationPortCheck implements HealthCheck {
    static final int MAX_FAILURES = 3;
    static final int TIMEOUT_MILLIS = 2_000;

    private static final String NAME = "application port";
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /** A SETTINGS frame without settings: length 0, type 4, no flags, stream 0. */
    private static final byte[] EMPTY_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};

    /** State 01 of the kernel's tables is ESTABLISHED. The local port is hexadecimal, after the address. */
    private static final String ESTABLISHED = "01";

    private final HttpServer server;
    private final String host;
    private final int configuredConnections;
    private final boolean checked;
    private final IntUnaryOperator connections;
    private final int timeoutMillis;

    private final ReentrantLock probing = new ReentrantLock();

    /** Checks in a row without an answer. Guarded by {@link #probing}. */
    private int failures;

    /** The latest response, for requests during a probe: they must not wait for it on worker threads. */
    private volatile HealthCheckResponse latest = HealthCheckResponse.up(NAME);

    @Inject
    ApplicationPortCheck(HttpServer server, Config config) {
        this(server, config, ApplicationPortCheck::establishedConnections, TIMEOUT_MILLIS);
    }

    /**
     * @param connections returns the number of connections that the kernel has to a local port
     * @param timeoutMillis time after which a silent port has given no answer, in milliseconds
     */
    ApplicationPortCheck(HttpServer server, Config config, IntUnaryOperator connections, int timeoutMillis) {
        this.server = server;
        this.host = config.getOptionalValue("quarkus.http.host", String.class).orElse("0.0.0.0");
        this.configuredConnections = config.getOptionalValue("quarkus.http.limits.max-connections", Integer.class)
                .orElse(Integer.MAX_VALUE);
        // Without HTTP/2, each probe would be a request. With the PROXY protocol, a connection does not start with
        // HTTP.
        this.checked =
                config.getOptionalValue("quarkus.http.http2", Boolean.class).orElse(true)
                        && !config.getOptionalValue("quarkus.http.proxy.use-proxy-protocol", Boolean.class)
                                .orElse(false);
        this.connections = connections;
        this.timeoutMillis = timeoutMillis;
    }

    @Override
    public HealthCheckResponse call() {
        if (probing.tryLock()) {
            try {
                latest = check();
            } finally {
                probing.unlock();
            }
        }
        return latest;
    }

    private HealthCheckResponse check() {
        int port = server.getPort();
        if (port < 0 || !checked) {
            return HealthCheckResponse.named(NAME)
                    .withData("checked", false)
                    .up()
                    .build();
        }
        String failure = probe(port);
        if (failure == null || connections.applyAsInt(port) >= maxConnections() / 2) {
            failures = 0;
            return HealthCheckResponse.named(NAME)
                    .withData("checked", true)
                    .up()
                    .build();
        }
        failures++;
        return HealthCheckResponse.named(NAME)
                .withData("checked", true)
                .withData("failure", failure)
                .withData("failures", failures)
                .status(failures < MAX_FAILURES)
                .build();
    }

    private int maxConnections() {
        return Math.min(configuredConnections, ConnectionBudget.maxOfOnePort());
    }

    /** Returns why the port gave no answer; null if it gave one. */
    private @Nullable String probe(int port) {
        long end = System.nanoTime() + timeoutMillis * 1_000_000L;
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(ServiceUrls.connectAddress(host), port), timeoutMillis);
            socket.setSoTimeout((int) Math.max(1, (end - System.nanoTime()) / 1_000_000));
            socket.getOutputStream().write(PREFACE.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(EMPTY_SETTINGS);
            InputStream in = socket.getInputStream();
            if (in.read() < 0) {
                return "the connection was closed without an answer";
            }
            readToTheEnd(socket, in);
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /** Ends the connection in order. With unread bytes, the server would log a reset connection. */
    private static void readToTheEnd(Socket socket, InputStream in) {
        try {
            socket.shutdownOutput();
            while (in.read() >= 0) {
                // The rest of the settings.
            }
        } catch (IOException e) {
            // The server has answered.
        }
    }

    /** Returns the number of established connections to a local port; 0 if the kernel does not list them. */
    private static int establishedConnections(int port) {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        int count = 0;
        for (String table : new String[] {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
            try (Stream<String> lines = Files.lines(Path.of(table), StandardCharsets.US_ASCII)) {
                count += (int) lines.map(line -> line.strip().split("\\s+"))
                        .filter(columns ->
                                columns.length > 3 && columns[1].endsWith(suffix) && columns[3].equals(ESTABLISHED))
                        .count();
            } catch (IOException e) {
                // This kernel has no such table.
            }
        }
        return count;
    }
}
