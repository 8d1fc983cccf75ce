package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.sun.net.httpserver.HttpServer;
import dev.percpu.acceptance.HttpLoad.Requests;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The configurations for more than one cluster: a real Prometheus loads each, and sends what it scraped from the real service. */
@Tag("acceptance")
@Timeout(120)
class ForwardingTest {

    private static final Path FOLDER = Path.of(System.getProperty("test.basedir", "."), "deploy", "prometheus")
            .toAbsolutePath();
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String NATIVE = "--enable-feature=native-histograms";

    private static String prometheus = "";
    private static String promtool = "";

    @TempDir
    private Path directory;

    @BeforeAll
    static void findPrograms() throws IOException {
        // Debian 12's Prometheus is built without the discovery of pods.
        prometheus = Testbeds.program("trixie", "prometheus").toString();
        promtool = Testbeds.program("trixie", "promtool").toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"prometheus.yml", "remote-write.yml", "mimir.yml", "thanos.yml"})
    void shouldBeValid(String file) throws IOException, InterruptedException {
        String path = FOLDER.resolve(file).toString();

        assertThat(Promtool.run(promtool, "check", "config", "--lint=all", "--lint-fatal", path))
                .returns(0, Promtool.Result::code);
        if (!file.equals("prometheus.yml")) {
            assertThat(Promtool.run("promtool", "check", "config", path)).returns(0, Promtool.Result::code);
        }
    }

    @Test
    void shouldWriteEachSampleToTheReceiver() throws IOException, InterruptedException {
        try (ServiceProcess service = ServiceProcess.start(directory, "percpu.requests.histogram=native");
                PrometheusServer receiver = PrometheusServer.start(
                        prometheus, folder("receiver"), "{}", NATIVE, "--web.enable-remote-write-receiver");
                PrometheusServer sender = PrometheusServer.start(
                        prometheus,
                        folder("sender"),
                        configuration("remote-write.yml", service, receiver.address()),
                        NATIVE)) {
            HttpLoad.send(service.application(), List.of(new Requests("GET", "/api/cpus", "/api/cpus", 200, 1000)), 2);

            String requests = "http_server_requests_seconds{job=\"service\", uri=\"/api/cpus\"}";
            assertThat(receiver.await(
                            requests, s -> s.size() == 1 && s.getFirst().value() == 1000))
                    .singleElement()
                    .returns("example", sample -> sample.label("cluster"));
            assertThat(receiver.query("percpu_rseq_info")).hasSize(1);
            // Dropped, though the sender has it.
            sender.await("percpu_shard_records_total", s -> !s.isEmpty());
            receiver.await("scrape_samples_scraped{job=\"cpus\"}", s -> !s.isEmpty());
            assertThat(receiver.query("percpu_shard_records_total")).isEmpty();
            assertThat(sender.output()).doesNotContain("level=error");
        }
    }

    @Test
    void shouldNameTheTenantToMimir() throws IOException, InterruptedException {
        BlockingQueue<String> tenants = new LinkedBlockingQueue<>();
        HttpServer mimir = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        mimir.createContext("/api/v1/push", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                tenants.add(exchange.getRequestHeaders().getFirst("X-Scope-OrgID"));
                exchange.sendResponseHeaders(204, -1);
            }
        });
        mimir.start();
        URI address = URI.create("http://127.0.0.1:" + mimir.getAddress().getPort());
        try (ServiceProcess service = ServiceProcess.start(directory);
                PrometheusServer sender = PrometheusServer.start(
                        prometheus, folder("sender"), configuration("mimir.yml", service, address), NATIVE)) {
            assertThat(tenants.poll(30, TimeUnit.SECONDS)).isEqualTo("example");
            assertThat(sender.output()).doesNotContain("level=error");
        } finally {
            mimir.stop(0);
        }
    }

    /** With the block durations that the file names for the sidecar of Thanos. */
    @Test
    void shouldRunAsASourceOfThanos() throws IOException, InterruptedException {
        String file = Files.readString(FOLDER.resolve("thanos.yml"));
        String[] flags = file.lines()
                .filter(line -> line.startsWith("#   --storage"))
                .flatMap(line -> List.of(line.substring(4).split(" ")).stream())
                .toArray(String[]::new);

        try (ServiceProcess service = ServiceProcess.start(directory);
                PrometheusServer source = PrometheusServer.start(
                        prometheus, folder("source"), configuration("thanos.yml", service, null), flags)) {
            assertThat(flags).hasSize(2);
            source.await("up", s -> !s.isEmpty() && s.getFirst().value() == 1);
            assertThat(source.federated("up")).contains("cluster=\"example\"", "replica=\"prometheus-0\"");
        }
    }

    private Path folder(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name));
    }

    /** Returns a shipped file with scrapes of the service, and with another address of the receiver. */
    private static String configuration(String file, ServiceProcess service, URI receiver) throws IOException {
        ObjectNode configuration =
                (ObjectNode) YAML.readTree(FOLDER.resolve(file).toFile());
        ObjectNode scraping = (ObjectNode) YAML.readTree(PrometheusServer.scraping(service.management()));
        scraping.withArray("scrape_configs")
                .add(((ObjectNode) scraping.at("/scrape_configs/0").deepCopy())
                        .put("job_name", "cpus")
                        .put("metrics_path", "/q/metrics/cpus"));
        configuration.withObject("global").setAll((ObjectNode) scraping.path("global"));
        configuration.set("scrape_configs", scraping.path("scrape_configs"));
        for (JsonNode remote : configuration.path("remote_write")) {
            String path = URI.create(remote.path("url").asText()).getPath();
            ((ObjectNode) remote).put("url", receiver.resolve(path).toString());
        }
        return YAML.writeValueAsString(configuration);
    }
}
