package dev.percpu.acceptance;

import static dev.percpu.Eventually.assertEventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The OpenTelemetry SDK for Java, with a real Prometheus behind the service. Ten senders run at once. */
@Tag("acceptance")
class OtlpSdkTest {
    private static final String[] SETTINGS = {
        "percpu.ingest.otlp.enabled=true",
        "percpu.ingest.token=secret",
        "percpu.ingest.otlp.names=underscores",
        // http_server_active_requests would be the service's own.
        "percpu.requests.enabled=false"
    };
    private static final int SENDERS = 10;
    private static final int LOST = 5;

    /** Number of points of a request: one of each metric of the sender. The SDK adds metrics of its own. */
    private static final int POINTS = 4;

    private static final Path SDK = Path.of("target/otlp").toAbsolutePath();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"delta", "cumulative"})
    void shouldHaveExactTotals(String temporality) throws Exception {
        Path first = Files.createDirectory(directory.resolve("first"));
        Path second = Files.createDirectory(directory.resolve("second"));
        try (ServiceProcess service = ServiceProcess.start(first, SETTINGS);
                OtlpProxy proxy = new OtlpProxy(service.application());
                PrometheusServer prometheus = PrometheusServer.start(directory, service.management())) {
            try (Senders senders = new Senders(proxy.endpoint(), temporality)) {
                senders.order("record 1000");
                senders.order("flush");
                senders.order("record 1000");
                proxy.loseAnswers(LOST);
                senders.order("flush"); // the SDK repeats the requests whose answers are lost
                assertThat(proxy.lostAnswers()).isEqualTo(LOST);
                // The service has recorded the points once, and received them twice.
                JsonNode counts = service.json("/api/ingest").at("/protocols/0");
                assertThat(counts.at("/requests/0/count").asInt()).isEqualTo(2 * SENDERS + LOST);
                assertThat(counts.at("/ignored/0/kind").asText()).isEqualTo("duplicate");
                assertThat(counts.at("/ignored/0/count").asInt()).isGreaterThanOrEqualTo(POINTS * LOST);
                senders.order("record 1000");
            } // the senders end: their last records are exported
            assertTotals(service, 3, 3);

            // The same senders, started again.
            String endpoint = service.application().resolve("/v1/metrics").toString();
            try (Senders senders = new Senders(endpoint, temporality)) {
                senders.order("record 1000");
                senders.order("flush");
                assertTotals(service, 4, 1);
                senders.order("record 1000");
                senders.order("flush");
                assertTotals(service, 5, 2);
                assertPrometheusHas(prometheus, 5);

                service.terminate();
                assertThat(service.awaitExit(Duration.ofSeconds(30))).isIn(0, 143);
                senders.order("record 1000");
                senders.give("flush"); // the SDK repeats what a service that is down does not accept
                try (ServiceProcess restarted = service.startAgain(second)) {
                    senders.awaitOk("flush");
                    senders.order("record 1000");
                    senders.order("flush");
                    // The first totals that a new service receives are its baseline.
                    int rounds = temporality.equals("delta") ? 2 : 1;
                    assertTotals(restarted, rounds, 4);
                    assertPrometheusHas(prometheus, rounds);
                    senders.end(); // each exports once more
                    assertTotals(restarted, rounds, 4);
                }
            }
        }
    }

    /**
     * Asserts what the senders have recorded.
     *
     * @param rounds number of rounds that the service has received
     * @param ofProcess number of rounds since the senders were started, of which a sum that can decrease is the state
     */
    private static void assertTotals(ServiceProcess service, int rounds, int ofProcess)
            throws IOException, InterruptedException {
        long records = 1_000L * SENDERS * rounds;
        String scrape = service.scrape("/q/metrics", "text/plain");
        String labels = "{http_route=\"/items/{id}\",job=\"shop\"}";
        assertThat(scrape.lines())
                .contains(
                        "http_server_requests_total" + labels + " " + (double) records,
                        "http_server_request_duration_seconds_count" + labels + " " + records,
                        "http_server_request_duration_seconds_sum" + labels + " " + records * 0.25 * 49.5,
                        "http_server_active_requests{job=\"shop\"} " + 500.0 * SENDERS * ofProcess,
                        "response_size_bytes_count" + labels + " " + records,
                        "response_size_bytes_sum" + labels + " " + records * 500.5);
    }

    private static void assertPrometheusHas(PrometheusServer prometheus, int rounds) {
        double records = 1_000.0 * SENDERS * rounds;
        assertEventually(() -> value(prometheus, "http_server_requests_total{exported_job=\"shop\"}"), records);
        assertEventually(
                () -> value(
                        prometheus, "http_server_request_duration_seconds_bucket{exported_job=\"shop\",le=\"+Inf\"}"),
                records);
    }

    private static double value(PrometheusServer prometheus, String expression) {
        try {
            return prometheus.query(expression).getFirst().value();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldRunTheGuide() throws Exception {
        try (ServiceProcess service = ServiceProcess.start(directory, "percpu.ingest.otlp.enabled=true")) {
            Path program = Files.writeString(
                    directory.resolve("Shop.java"),
                    guide().replace(
                                    "http://127.0.0.1:8080",
                                    service.application().toString()));
            Path output = directory.resolve("guide.txt");
            Process run = new ProcessBuilder(java(), "-cp", SDK + "/*", program.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            assertThat(run.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(run.exitValue()).as(Files.readString(output)).isZero();
            assertThat(service.scrape("/q/metrics", "text/plain").lines())
                    .contains(
                            "orders_total{currency=\"EUR\",job=\"shop\"} 3.0",
                            "checkout_duration_seconds_count{job=\"shop\"} 3");
        }
    }

    /** Returns the program in the document. */
    private static String guide() throws IOException {
        String guide = Files.readString(Path.of("src/site/markdown/aggregator.md"))
                .lines()
                .dropWhile(line -> !line.equals("// Shop.java"))
                .takeWhile(line -> !line.equals("```"))
                .collect(Collectors.joining("\n"));
        assertThat(guide).contains("http://127.0.0.1:8080/v1/metrics");
        return guide;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The program Sender.java. */
    private static final class Senders implements AutoCloseable {
        private final Process process;
        private final BufferedReader answers;
        private final PrintWriter orders;

        Senders(String endpoint, String temporality) throws IOException {
            process = new ProcessBuilder(List.of(
                            java(),
                            "-cp",
                            SDK + File.separator + "*",
                            Path.of("src/test/otlp/Sender.java")
                                    .toAbsolutePath()
                                    .toString(),
                            endpoint,
                            temporality,
                            Integer.toString(SENDERS)))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            orders = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
        }

        void order(String line) throws IOException {
            give(line);
            awaitOk(line);
        }

        /** Gives an order without waiting. */
        void give(String line) {
            orders.println(line);
        }

        void awaitOk(String line) throws IOException {
            assertThat(answers.readLine()).as(line).isEqualTo("ok");
        }

        /** Ends the senders as an application does. Has no effect when called again. */
        void end() {
            orders.close();
            boolean ended = process.onExit()
                    .completeOnTimeout(null, 60, TimeUnit.SECONDS)
                    .thenApply(Objects::nonNull)
                    .join();
            process.destroyForcibly();
            assertThat(ended).isTrue();
        }

        @Override
        public void close() {
            end();
        }
    }
}
