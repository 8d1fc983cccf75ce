package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.acceptance.PrometheusServer.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Scrapes by TLS and basic authentication, with the settings and the configuration of Prometheus that {@code kubernetes.md} shows. */
@Tag("acceptance")
@Timeout(120)
class SecuredScrapeTest {
    private static final String JAVA_HOME = System.getProperty("java.home");
    private static final Path DOCUMENT =
            Path.of(System.getProperty("test.basedir", ""), "src/site/markdown/kubernetes.md");

    @TempDir
    private Path directory;

    @Test
    void shouldAnswerOnlyAPrometheusWithTheCertificateAndThePassword() throws IOException, InterruptedException {
        makeCertificate();
        int port = FreePort.next();
        try (Program _ = startService(port);
                PrometheusServer prometheus =
                        PrometheusServer.start("prometheus", directory, configuration(port, "the password"))) {
            Map<String, Double> up = Map.of();
            Deadline deadline = Deadline.in(Duration.ofSeconds(60));
            while (up.getOrDefault("secured", 0.0) == 0 && !deadline.passed()) {
                deadline.pause();
                up = up(prometheus);
            }

            assertThat(up).isEqualTo(Map.of("secured", 1.0, "wrong-password", 0.0, "no-password", 0.0, "no-tls", 0.0));
            assertThat(prometheus.query("percpu_rseq_info{job='secured'}")).hasSize(1);
        }
    }

    private static Map<String, Double> up(PrometheusServer prometheus) throws IOException, InterruptedException {
        Map<String, Double> up = new TreeMap<>();
        for (Sample sample : prometheus.query("up")) {
            up.put(sample.label("job"), sample.value());
        }
        return up;
    }

    private void makeCertificate() throws IOException, InterruptedException {
        keytool("-genkeypair -keyalg EC -alias service -dname CN=service -ext san=ip:127.0.0.1 -validity 2");
        keytool("-exportcert -rfc -alias service -file ca.crt");
    }

    private void keytool(String arguments) throws IOException, InterruptedException {
        String command = JAVA_HOME + "/bin/keytool " + arguments + " -keystore keys.p12 -storepass changeit";
        Program.start("keytool", directory, List.of(command.split(" "))).awaitEnd(Duration.ofSeconds(30));
    }

    /** Starts the service with the environment of the document, but with a key store instead of PEM files. */
    private Program startService(int port) throws IOException {
        assertThat(Files.readString(DOCUMENT))
                .contains(
                        "QUARKUS_MANAGEMENT_TLS_CONFIGURATION_NAME",
                        "QUARKUS_MANAGEMENT_AUTH_PERMISSION_SCRAPES_PATHS");
        return Program.start(
                "service",
                directory,
                List.of(
                        JAVA_HOME + "/bin/java",
                        "-Dquarkus.http.port=" + FreePort.next(),
                        "-Dquarkus.management.port=" + port,
                        "-Dquarkus.tls.scrapes.key-store.p12.path=" + directory.resolve("keys.p12"),
                        "-Dquarkus.tls.scrapes.key-store.p12.password=changeit",
                        "-Dquarkus.management.tls-configuration-name=scrapes",
                        "-Dquarkus.security.users.embedded.plain-text=true",
                        "-Dquarkus.security.users.embedded.users.prometheus=the password",
                        "-Dquarkus.management.auth.permission.scrapes.paths=/q/metrics,/q/metrics/*",
                        "-Dquarkus.management.auth.permission.scrapes.policy=authenticated",
                        "-jar",
                        Path.of(System.getProperty("test.service.jar"))
                                .toAbsolutePath()
                                .toString()));
    }

    private String configuration(int port, String password) {
        return """
                global:
                  scrape_interval: 1s
                  scrape_timeout: 1s
                scrape_configs:
                """ + job("secured", "https", password, port)
                + job("wrong-password", "https", "another password", port)
                + job("no-password", "https", null, port)
                + job("no-tls", "http", password, port);
    }

    private String job(String name, String scheme, String password, int port) {
        return """
                  - job_name: %s
                    scheme: %s
                    metrics_path: /q/metrics
                    tls_config:
                      ca_file: %s
                    static_configs:
                      - targets: ["127.0.0.1:%d"]
                """.formatted(name, scheme, directory.resolve("ca.crt"), port)
                + (password == null ? "" : """
                    basic_auth:
                      username: prometheus
                      password: %s
                """.formatted(password));
    }
}
