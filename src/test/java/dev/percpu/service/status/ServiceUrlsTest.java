package dev.percpu.service.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.vertx.http.HttpServer;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
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

    private static String line(Map<String, String> values, int http, int https, int management) {
        return urls(values, http, https, management).line();
    }

    private static ServiceUrls urls(Map<String, String> values, int http, int https, int management) {
        Config config = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .build();
        return new ServiceUrls(config, new Ports(http, https, management));
    }

    @Test
    void shouldNameTheConfiguredManagementPort() {
        assertThat(line(OWN_PORT, 8080, -1, -1)).endsWith(", scrape http://localhost:9000/q/metrics");
    }

    @Test
    void shouldNameThePortsThatAreOpen() {
        assertThat(line(OWN_PORT, 8081, -1, 9001))
                .isEqualTo("page http://localhost:8081/, scrape http://localhost:9001/q/metrics");
    }

    @Test
    void shouldNameTheApplicationPortWhereItServesManagementToo() {
        assertThat(line(Map.of("quarkus.http.host", "127.0.0.1", "quarkus.management.enabled", "false"), 8080, -1, -1))
                .isEqualTo("page http://localhost:8080/, scrape http://localhost:8080/q/metrics");
    }

    @Test
    void shouldUseTheRootPaths() {
        assertThat(line(Map.of("quarkus.http.root-path", "/app"), 8080, -1, -1))
                .isEqualTo("page http://localhost:8080/app/, scrape http://localhost:8080/app/q/metrics");
        assertThat(line(
                        Map.of("quarkus.management.enabled", "true", "quarkus.management.root-path", "/internal"),
                        8080,
                        -1,
                        9000))
                .endsWith(", scrape http://localhost:9000/internal/metrics");
    }

    @Test
    void shouldNameScrapesWhereTheyAreForAPathOutsideOfTheRoot() {
        Map<String, String> paths =
                Map.of("quarkus.http.root-path", "/app", "quarkus.http.non-application-root-path", "/ops");

        assertThat(line(paths, 8080, -1, -1)).endsWith(", scrape http://localhost:8080/app/ops/metrics");
        assertThat(urls(paths, 8080, -1, -1).links("node"))
                .extracting(ServiceUrls.Link::href)
                .containsExactly("ops/metrics", "/ops/health", "ops/openapi");
    }

    @Test
    void shouldLinkToBothPortsOfTheHostThatTheClientCalled() {
        assertThat(urls(OWN_PORT, 8080, -1, -1).links("node"))
                .containsExactly(
                        new ServiceUrls.Link("Metrics", "http://node:9000/q/metrics", 9000),
                        new ServiceUrls.Link("Health", "http://node:9000/q/health", 9000),
                        new ServiceUrls.Link("API description", "q/openapi", null));
        assertThat(urls(OWN_PORT, 8080, -1, -1).links("::1"))
                .first()
                .extracting(ServiceUrls.Link::href)
                .isEqualTo("http://[::1]:9000/q/metrics");
    }

    @Test
    void shouldNameAnAddressThatCanBeCalled() {
        assertThat(line(Map.of("quarkus.http.host", "0.0.0.0"), 8080, -1, -1))
                .startsWith("page http://localhost:8080/, ");
        assertThat(line(Map.of("quarkus.http.host", "::1"), 8080, -1, -1)).startsWith("page http://[::1]:8080/, ");
    }

    @Test
    void shouldUseHttpsWhereThePlainPortIsClosed() {
        assertThat(line(
                        Map.of(
                                "quarkus.management.enabled", "true",
                                "quarkus.management.tls-configuration-name", "own"),
                        -1,
                        8443,
                        9000))
                .isEqualTo("page https://localhost:8443/, scrape https://localhost:9000/q/metrics");
        assertThat(line(
                        Map.of(
                                "quarkus.management.enabled", "true",
                                "quarkus.management.ssl.certificate.key-files", "key.pem"),
                        8080,
                        8443,
                        9000))
                .isEqualTo("page http://localhost:8080/, scrape https://localhost:9000/q/metrics");
    }
}
