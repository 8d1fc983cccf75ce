package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.acceptance.PrometheusServer.Sample;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Scrapes by TLS and basic authentication, with the variables that {@code kubernetes.md} names. */
@Tag("acceptance")
@Timeout(120)
class SecuredScrapeTest {
    private static final String JAVA_HOME = System.getProperty("java.home");
    private static final Path DOCUMENT =
            Path.of(System.getProperty("test.basedir", ""), "src/site/markdown/kubernetes.md");

    /** A row of the table of variables: name, and the value if the document has it. */
    private static final Pattern VARIABLE = Pattern.compile("(?m)^\\| `(QUARKUS_\\w+)` \\| (?:`([^`]+)`|[^|]*) \\|$");

    private static final String PASSWORD = "the password";
    private static final int SCRAPES = 3;

    @TempDir
    private Path directory;

    @Test
    void shouldAnswerOnlyAPrometheusWithTheCertificateAndThePassword()
            throws IOException, InterruptedException, GeneralSecurityException {
        makeCertificate();
        int port = FreePort.next();
        try (Program _ = startService(port);
                PrometheusServer prometheus = PrometheusServer.start("prometheus", directory, configuration(port))) {
            Deadline deadline = Deadline.in(Duration.ofSeconds(60));
            while (values(prometheus, "sum_over_time(up[1m])").getOrDefault("secured", 0.0) < SCRAPES
                    && !deadline.passed()) {
                deadline.pause();
            }

            // Since then, the others have been scraped as often.
            assertThat(values(prometheus, "max_over_time(up[1m])"))
                    .isEqualTo(Map.of("secured", 1.0, "wrong-password", 0.0, "no-password", 0.0, "no-tls", 0.0));
            assertThat(prometheus.query("percpu_rseq_info{job='secured'}")).hasSize(1);
        }
    }

    private static Map<String, Double> values(PrometheusServer prometheus, String expression)
            throws IOException, InterruptedException {
        Map<String, Double> values = new TreeMap<>();
        for (Sample sample : prometheus.query(expression)) {
            values.put(sample.label("job"), sample.value());
        }
        return values;
    }

    private void makeCertificate() throws IOException, InterruptedException, GeneralSecurityException {
        keytool("-genkeypair -keyalg EC -alias service -dname CN=service -ext san=ip:127.0.0.1 -validity 2");
        keytool("-exportcert -rfc -alias service -file ca.crt");
        char[] password = "changeit".toCharArray();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream store = Files.newInputStream(directory.resolve("keys.p12"))) {
            keys.load(store, password);
        }
        String key = Base64.getMimeEncoder()
                .encodeToString(keys.getKey("service", password).getEncoded());
        Files.writeString(
                directory.resolve("service.key"),
                "-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----\n");
    }

    private void keytool(String arguments) throws IOException, InterruptedException {
        String command = JAVA_HOME + "/bin/keytool " + arguments + " -keystore keys.p12 -storepass changeit";
        Program.start("keytool", directory, List.of(command.split(" "))).awaitEnd(Duration.ofSeconds(30));
    }

    /** Starts the service with the variables of the document, and the values that it leaves to its reader. */
    private Program startService(int port) throws IOException {
        Map<String, String> ownValues = Map.of(
                "QUARKUS_TLS_SCRAPES_KEY_STORE_PEM_SERVICE_CERT",
                directory.resolve("ca.crt").toString(),
                "QUARKUS_TLS_SCRAPES_KEY_STORE_PEM_SERVICE_KEY",
                directory.resolve("service.key").toString(),
                "QUARKUS_SECURITY_USERS_EMBEDDED_USERS_PROMETHEUS",
                PASSWORD);
        List<String> command = new ArrayList<>(List.of("env"));
        List<MatchResult> rows =
                VARIABLE.matcher(Files.readString(DOCUMENT)).results().toList();
        assertThat(rows).hasSizeGreaterThan(ownValues.size());
        for (MatchResult row : rows) {
            String value = row.group(2) == null ? ownValues.get(row.group(1)) : row.group(2);
            assertThat(value).as(row.group()).isNotNull();
            command.add(row.group(1) + "=" + value);
        }
        command.addAll(List.of(
                JAVA_HOME + "/bin/java",
                "-Dquarkus.http.port=" + FreePort.next(),
                "-Dquarkus.management.port=" + port,
                "-jar",
                Path.of(System.getProperty("test.service.jar")).toAbsolutePath().toString()));
        return Program.start("service", directory, command);
    }

    private String configuration(int port) {
        return """
                global:
                  scrape_interval: 1s
                  scrape_timeout: 1s
                scrape_configs:
                """ + job("secured", "https", PASSWORD, port)
                + job("wrong-password", "https", "another password", port)
                + job("no-password", "https", null, port)
                + job("no-tls", "http", PASSWORD, port);
    }

    private String job(String name, String scheme, @Nullable String password, int port) {
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
