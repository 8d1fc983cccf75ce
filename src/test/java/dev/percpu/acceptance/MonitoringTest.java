package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.percpu.acceptance.HttpLoad.Requests;
import dev.percpu.acceptance.PrometheusServer.Sample;
import dev.percpu.deploy.Manifests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The monitoring of {@code deploy/}: two real Prometheus find the pods of the manifests by the shipped scrape configuration, scrape real
 * services under load, evaluate the rules, and run the queries of the dashboard. One of them takes native histograms, the other does not.
 */
@Tag("acceptance")
@Timeout(180)
class MonitoringTest {

    private static final Path DEPLOY =
            Path.of(System.getProperty("test.basedir", "."), "deploy").toAbsolutePath();
    private static final Path DASHBOARD = DEPLOY.resolve("grafana/percpu-metrics.json");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final YAMLMapper YAML = new YAMLMapper();

    private static final List<Requests> LOAD = List.of(
            new Requests("GET", "/api/rseq", "/api/rseq", 200, 200),
            new Requests("GET", "/api/cpus", "/api/cpus", 200, 200),
            new Requests("GET", "/no/such/path", "NOT_FOUND", 404, 50));

    @TempDir
    private static Path directory;

    private static final List<AutoCloseable> OPEN = new ArrayList<>();
    private static final Map<String, PrometheusServer> PROMETHEUS = new TreeMap<>();

    @BeforeAll
    static void scrapeUnderLoad() throws Exception {
        Manifests plain = ManifestsTest.render("overlays/plain-prometheus");
        Manifests nodes = ManifestsTest.render("overlays/node-status");
        JsonNode deployment = plain.only("Deployment");
        PodApi api = open(new PodApi());
        List<ServiceProcess> services = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            ServiceProcess service = open(ServiceProcess.start(folder("service-" + name), settings(plain)));
            services.add(service);
            api.add(
                    deployment,
                    name,
                    "node-" + name,
                    "Running",
                    service.management().getPort());
        }
        ServiceProcess status = open(ServiceProcess.start(folder("status"), settings(nodes)));
        api.add(
                nodes.only("DaemonSet"),
                "status-a",
                "node-a",
                "Running",
                status.management().getPort());
        // Not to be scraped: a pod that has ended, and one without annotations.
        api.add(deployment, "ended", "node-a", "Succeeded", status.management().getPort());
        JsonNode base = ManifestsTest.render("base").only("Deployment");
        api.add(base, "not-annotated", "node-a", "Running", status.management().getPort());

        String program = Testbeds.program("trixie", "prometheus").toString();
        for (String features : List.of("native-histograms", "exemplar-storage")) {
            PROMETHEUS.put(
                    features,
                    open(PrometheusServer.start(
                            program, folder(features), scrapeConfiguration(api), "--enable-feature=" + features)));
        }
        for (int i = 0; i < 16; i++) {
            for (ServiceProcess service : services) {
                HttpLoad.send(service.application(), LOAD, 2);
            }
        }
        for (PrometheusServer prometheus : PROMETHEUS.values()) {
            prometheus.await("count_over_time(percpu_shard_records_total{cpu=\"shared\"}[1m]) > 9", s -> s.size() >= 2);
        }
    }

    @AfterAll
    static void close() throws Exception {
        for (AutoCloseable one : OPEN.reversed()) {
            one.close();
        }
    }

    private static <T extends AutoCloseable> T open(T closeable) {
        OPEN.add(closeable);
        return closeable;
    }

    private static Path folder(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name));
    }

    /** The settings of the ConfigMap, as system properties, without those of a container. */
    private static String[] settings(Manifests manifests) {
        return manifests.only("ConfigMap").path("data").properties().stream()
                .filter(entry -> !entry.getKey().matches(".*_HOST|QUARKUS_SHUTDOWN.*"))
                .map(entry -> entry.getKey().toLowerCase(Locale.ROOT).replace('_', '.') + "="
                        + entry.getValue().asText())
                .toArray(String[]::new);
    }

    /** The shipped configuration with the address of the API server and shorter intervals. */
    private static String scrapeConfiguration(PodApi api) throws IOException {
        String shipped = Files.readString(DEPLOY.resolve("prometheus/prometheus.yml"));
        return shipped.replace("- role: pod", "- role: pod\n        api_server: " + api.address())
                .replaceAll("(interval|timeout): \\d+s", "$1: 1s")
                .replace("rules.yml", DEPLOY.resolve("prometheus/rules.yml").toString());
    }

    @Test
    void shouldScrapeThePodsOfTheManifests() throws IOException, InterruptedException {
        for (PrometheusServer prometheus : PROMETHEUS.values()) {
            assertThat(prometheus.query("up == 1"))
                    .extracting(up ->
                            String.join(" ", up.label("job"), up.label("namespace"), up.label("pod"), up.label("node")))
                    .containsExactlyInAnyOrder(
                            "percpu-metrics shop a node-a",
                            "percpu-metrics shop b node-b",
                            "percpu-metrics-cpus shop a node-a",
                            "percpu-metrics-cpus shop b node-b",
                            "percpu-metrics-node-status shop status-a node-a");
            assertThat(prometheus.query("up")).hasSize(5);
        }
    }

    @Test
    void shouldStayFarBelowTheLimits() throws IOException, InterruptedException {
        String yaml = Files.readString(DEPLOY.resolve("prometheus/prometheus.yml"));
        int limit = YAML.readTree(yaml).at("/scrape_configs/0/sample_limit").asInt();

        for (PrometheusServer prometheus : PROMETHEUS.values()) {
            assertThat(prometheus
                            .query("max(scrape_samples_scraped)")
                            .getFirst()
                            .value())
                    .isBetween(100.0, limit / 20.0);
        }
        assertThat(ManifestsTest.render("overlays/prometheus-operator")
                        .only("ServiceMonitor")
                        .at("/spec/sampleLimit")
                        .asInt())
                .isEqualTo(limit);
    }

    @Test
    void shouldKeepOnlyTheStateOfRseqOfEachNode() throws IOException, InterruptedException {
        for (PrometheusServer prometheus : PROMETHEUS.values()) {
            assertThat(prometheus.query("count by (__name__) ({job=\"percpu-metrics-node-status\"})"))
                    .hasSizeBetween(8, 12);
            assertThat(prometheus.query("percpu_rseq_info{job=\"percpu-metrics-node-status\", node=\"node-a\"}"))
                    .hasSize(1);
        }
    }

    @Test
    void shouldRecordEachRuleAndFireNoAlert() throws IOException, InterruptedException {
        Set<String> recorded = new HashSet<>();
        for (PrometheusServer prometheus : PROMETHEUS.values()) {
            for (JsonNode group : YAML.readTree(
                            DEPLOY.resolve("prometheus/rules.yml").toFile())
                    .path("groups")) {
                for (JsonNode rule : group.path("rules")) {
                    String name = rule.path("record").asText();
                    if (!name.isEmpty()
                            && !prometheus.query("{__name__=\"" + name + "\"}").isEmpty()) {
                        recorded.add(name);
                    }
                }
            }
            assertThat(prometheus.query("ALERTS")).isEmpty();
            assertThat(prometheus.output()).doesNotContain("Evaluating rule failed", "Error on ingesting");
            assertSumsOverPods(prometheus);
        }
        assertThat(recorded).hasSize(9);
    }

    /** Compares the requests of both pods by route, as the rule computes them, with those of each pod. */
    private static void assertSumsOverPods(PrometheusServer prometheus) throws IOException, InterruptedException {
        String requests = "(http_server_requests_seconds_count or histogram_count(http_server_requests_seconds))";
        double sent = 16.0 * LOAD.stream().mapToInt(Requests::count).sum();
        for (String pod : List.of("a", "b")) {
            // The last scrape may have been before the last request was recorded.
            prometheus.await(
                    "sum(" + requests + " and on (pod) up{pod=\"" + pod + "\"})",
                    samples -> samples.getFirst().value() == sent);
        }
        assertThat(prometheus.query("method_outcome_status_uri:http_server_requests_seconds_count:rate5m"))
                .hasSize(3)
                .allSatisfy(sample ->
                        assertThat(sample.label("pod") + sample.label("node")).isEmpty());
    }

    @Test
    void shouldReturnDataForEachQueryOfTheDashboard() throws IOException {
        JsonNode dashboard = JSON.readTree(DASHBOARD.toFile());
        SoftAssertions.assertSoftly(softly -> {
            int queries = 0;
            for (JsonNode panel : dashboard.path("panels")) {
                for (JsonNode target : panel.path("targets")) {
                    String expression = withoutVariables(target.path("expr").asText());
                    queries++;
                    PROMETHEUS.forEach((features, prometheus) -> {
                        List<Sample> data = query(prometheus, expression);
                        softly.assertThat(data)
                                .as("%s, %s: %s", panel.path("title").asText(), features, expression)
                                .anyMatch(sample -> sample.value() >= 0)
                                .allSatisfy(
                                        sample -> assertThat(sample.labels()).containsKeys(legendLabels(target)));
                    });
                }
            }
            softly.assertThat(queries).isGreaterThan(20);
        });
    }

    /** Replaces the variables as Grafana does for all namespaces, pods and routes. */
    private static String withoutVariables(String expression) {
        String replaced = expression
                .replace("$__rate_interval", "20s")
                .replace("$job", "percpu-metrics")
                .replaceAll("\\$(namespace|pod|uri)", ".*");
        assertThat(replaced).as("variables").doesNotContain("$");
        return replaced;
    }

    private static List<Sample> query(PrometheusServer prometheus, String expression) {
        try {
            return prometheus.query(expression);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The labels that the legend of a graph shows, or that the columns of a table are. */
    private static String[] legendLabels(JsonNode target) {
        String legend = target.path("format").asText().equals("table")
                ? "{{node}} {{job}}"
                : target.path("legendFormat").asText();
        return Pattern.compile("\\{\\{(\\w+)}}")
                .matcher(legend)
                .results()
                .map(found -> found.group(1))
                .toArray(String[]::new);
    }

    @Test
    void shouldOfferValuesForEachVariableOfTheDashboard() throws IOException, InterruptedException {
        Pattern query = Pattern.compile("label_values\\((.*), (\\w+)\\)");
        int variables = 0;
        for (JsonNode variable : JSON.readTree(DASHBOARD.toFile()).at("/templating/list")) {
            if (variable.path("type").asText().equals("query")) {
                Matcher parts = query.matcher(variable.at("/query/query").asText());
                assertThat(parts.matches()).isTrue();
                String values = "count by (" + parts.group(2) + ") (" + withoutVariables(parts.group(1)) + ")";
                for (PrometheusServer prometheus : PROMETHEUS.values()) {
                    assertThat(prometheus.query(values))
                            .as(values)
                            .isNotEmpty()
                            .allSatisfy(sample ->
                                    assertThat(sample.label(parts.group(2))).isNotEmpty());
                }
                variables++;
            }
        }
        assertThat(variables).isEqualTo(4);
    }

    /** Both kinds of histograms give the same quantiles, up to the width of a bucket, and no Prometheus has both kinds. */
    @Test
    void shouldHaveTheSameQuantilesWithAndWithoutNativeHistograms() throws IOException, InterruptedException {
        PrometheusServer takesNative = PROMETHEUS.get("native-histograms");
        PrometheusServer takesClassic = PROMETHEUS.get("exemplar-storage");
        for (String quantile : List.of("0.5", "0.9", "0.99")) {
            double classic = takesClassic
                    .query("histogram_quantile(" + quantile + ", sum by (le) (http_server_requests_seconds_bucket))")
                    .getFirst()
                    .value();
            assertThat(takesNative.query("histogram_quantile(" + quantile + ", sum(http_server_requests_seconds))"))
                    .singleElement()
                    .satisfies(sample -> assertThat(sample.value()).isBetween(classic / 1.5, classic * 1.5));
        }
        assertThat(takesNative.query("http_server_requests_seconds_bucket")).isEmpty();
        assertThat(takesClassic.query("http_server_requests_seconds")).isEmpty();
    }
}
