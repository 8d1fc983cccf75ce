package dev.percpu.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.vertx.http.HttpServer;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

/** Ports that answer, refuse, close at once, or stay silent. */
class ApplicationPortCheckTest {
    private static final int MAX_CONNECTIONS = 20;

    private record Server(int getPort) implements HttpServer {
        @Override
        public int getSecurePort() {
            return -1;
        }

        @Override
        public int getManagementPort() {
            return -1;
        }

        @Override
        public URI getLocalBaseUri() {
            throw new UnsupportedOperationException();
        }
    }

    private static ApplicationPortCheck check(int port, int connections, String... settings) {
        Map<String, String> values = Map.of(
                "quarkus.http.host",
                "127.0.0.1",
                "quarkus.http.limits.max-connections",
                "" + MAX_CONNECTIONS,
                "quarkus.http.http2",
                settings.length == 0 ? "true" : settings[0]);
        Config config = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .build();
        return new ApplicationPortCheck(new Server(port), config, ignored -> connections, 300);
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private static int closedPort() throws IOException {
        try (ServerSocket closed = listen()) {
            return closed.getLocalPort();
        }
    }

    @Test
    void shouldFailAtTheThirdRefusedConnection() throws IOException {
        ApplicationPortCheck check = check(closedPort(), 0);

        assertThat(check.call().getStatus()).isEqualTo(Status.UP);
        assertThat(check.call().getStatus()).isEqualTo(Status.UP);
        assertThat(check.call().getStatus()).isEqualTo(Status.DOWN);
        assertThat(check.call().getData().orElseThrow())
                .containsEntry("failures", 4L)
                .containsKey("failure");
    }

    @Test
    void shouldFailIfConnectionsAreClosedAtOnce() throws IOException {
        try (ServerSocket server = listen()) {
            Thread closing = Thread.ofPlatform().daemon().start(() -> {
                while (!server.isClosed()) {
                    try {
                        server.accept().close();
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            ApplicationPortCheck check = check(server.getLocalPort(), MAX_CONNECTIONS / 2 - 1);
            check.call();
            check.call();

            assertThat(check.call().getStatus()).isEqualTo(Status.DOWN);
            assertThat(closing.isAlive()).isTrue();
        }
    }

    @Test
    void shouldFailIfThePortIsSilentUntilItAnswersAgain() throws IOException {
        try (ServerSocket silent = listen()) {
            ApplicationPortCheck check = check(silent.getLocalPort(), 0);
            check.call();
            check.call();
            assertThat(check.call().getStatus()).isEqualTo(Status.DOWN);

            Thread.ofPlatform().daemon().start(() -> {
                while (!silent.isClosed()) {
                    try {
                        Socket client = silent.accept();
                        client.getOutputStream().write(0);
                    } catch (IOException e) {
                        // The connections of the checks before are closed.
                    }
                }
            });
            assertThat(check.call().getStatus()).isEqualTo(Status.UP);
        }
    }

    @Test
    void shouldNotFailWhileClientsHaveHalfOfTheConnections() throws IOException {
        ApplicationPortCheck check = check(closedPort(), MAX_CONNECTIONS / 2);
        for (int i = 0; i < 5; i++) {
            assertThat(check.call().getStatus()).isEqualTo(Status.UP);
        }
    }

    @Test
    void shouldNotProbeWhereAProbeWouldBeARequest() throws IOException {
        ApplicationPortCheck check = check(closedPort(), 0, "false");
        for (int i = 0; i < 5; i++) {
            assertThat(check.call().getData().orElseThrow()).containsEntry("checked", false);
        }
        assertThat(check(-1, 0).call().getStatus()).isEqualTo(Status.UP);
    }
}
