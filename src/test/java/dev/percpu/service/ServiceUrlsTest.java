package dev.percpu.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.vertx.http.HttpServer;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;

class ServiceUrlsTest {

    private static final Map<String, String> OWN_PORT = Map.of(
            "quarkus.http.host", "127.0.0.1",
            "quarkus.management.host", "127.0.0.1",
            "quarkus.management.enabled", "true",
            "quarkus.management.port", "9000");

    private record Ports(int getPort, int getSecurePort, int getManagementPort) implements HttpServer {
        @Override
        public URI getLocalBaseUri() {
            throw new UnsupportedOperationException();
        }
    }

    private static List<String> lines(Map<String, String> values, int http, int https, int management) {
        return urls(values, http, https, management).lines();
    }

    private static ServiceUrls urls(Map<String, String> values, int http, int https, int management) {
        Config config = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .build();
        return new ServiceUrls(config, new Ports(http, https, management));
    }

    @Test
    void shouldNameTheConfiguredManagementPort() {
        assertThat(lines(OWN_PORT, 8080, -1, -1))
                .last()
                .isEqualTo("Metrics http://127.0.0.1:9000/q/metrics, health http://127.0.0.1:9000/q/health");
    }

    @Test
    void shouldNameThePortsThatAreOpen() {
        assertThat(lines(OWN_PORT, 8081, -1, 9001))
                .containsExactly(
                        "Page http://127.0.0.1:8081/, status http://127.0.0.1:8081/api/rseq",
                        "Metrics http://127.0.0.1:9001/q/metrics, health http://127.0.0.1:9001/q/health");
    }

    @Test
    void shouldNameTheApplicationPortWhereItServesManagementToo() {
        assertThat(lines(Map.of("quarkus.http.host", "127.0.0.1", "quarkus.management.enabled", "false"), 8080, -1, -1))
                .containsExactly(
                        "Page http://127.0.0.1:8080/, status http://127.0.0.1:8080/api/rseq",
                        "Metrics http://127.0.0.1:8080/q/metrics, health http://127.0.0.1:8080/q/health");
    }

    @Test
    void shouldUseTheRootPaths() {
        assertThat(lines(Map.of("quarkus.http.root-path", "/app"), 8080, -1, -1))
                .containsExactly(
                        "Page http://localhost:8080/app/, status http://localhost:8080/app/api/rseq",
                        "Metrics http://localhost:8080/app/q/metrics, health http://localhost:8080/app/q/health");
        assertThat(lines(
                        Map.of("quarkus.management.enabled", "true", "quarkus.management.root-path", "/internal"),
                        8080,
                        -1,
                        9000))
                .last()
                .isEqualTo(
                        "Metrics http://localhost:9000/internal/metrics, health http://localhost:9000/internal/health");
    }

    @Test
    void shouldNameScrapesWhereTheyAreForAPathOutsideOfTheRoot() {
        Map<String, String> paths =
                Map.of("quarkus.http.root-path", "/app", "quarkus.http.non-application-root-path", "/ops");

        assertThat(lines(paths, 8080, -1, -1))
                .last()
                .isEqualTo("Metrics http://localhost:8080/app/ops/metrics, health http://localhost:8080/ops/health");
        assertThat(urls(paths, 8080, -1, -1).links()).contains("</ops/openapi>", "<../ops/metrics>", "</ops/health>");
    }

    @Test
    void shouldLinkToBothPorts() {
        assertThat(urls(OWN_PORT, 8080, -1, -1).links())
                .isEqualTo("<../q/openapi>; rel=\"service-desc\"; title=\"Description of the API\", "
                        + "<http://127.0.0.1:9000/q/metrics>; rel=\"status\"; title=\"Metrics\", "
                        + "<http://127.0.0.1:9000/q/health>; rel=\"status\"; title=\"Health\"");
    }

    @Test
    void shouldNameAnAddressThatCanBeCalled() {
        assertThat(lines(Map.of("quarkus.http.host", "0.0.0.0"), 8080, -1, -1))
                .first()
                .isEqualTo("Page http://localhost:8080/, status http://localhost:8080/api/rseq");
        assertThat(lines(Map.of("quarkus.http.host", "::1"), 8080, -1, -1))
                .first()
                .isEqualTo("Page http://[::1]:8080/, status http://[::1]:8080/api/rseq");
    }

    @Test
    void shouldUseHttpsWhereThePlainPortIsClosed() {
        assertThat(lines(
                        Map.of(
                                "quarkus.management.enabled", "true",
                                "quarkus.management.tls-configuration-name", "own"),
                        -1,
                        8443,
                        9000))
                .containsExactly(
                        "Page https://localhost:8443/, status https://localhost:8443/api/rseq",
                        "Metrics https://localhost:9000/q/metrics, health https://localhost:9000/q/health");
        assertThat(lines(
                        Map.of(
                                "quarkus.management.enabled", "true",
                                "quarkus.management.ssl.certificate.key-files", "key.pem"),
                        8080,
                        8443,
                        9000))
                .containsExactly(
                        "Page http://localhost:8080/, status http://localhost:8080/api/rseq",
                        "Metrics https://localhost:9000/q/metrics, health https://localhost:9000/q/health");
    }
}
