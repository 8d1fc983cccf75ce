package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.percpu.acceptance.PrometheusServer.Sample;
import dev.percpu.deploy.Manifests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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

    /** Requested in turn by each client of a service, and recorded as one route each. */
    private static final List<String> PATHS = List.of("/api/rseq", "/api/cpus", "/no/such/path");

    private static final int CLIENTS = 2;

    @TempDir
    private static Path directory;

    private static final List<AutoCloseable> OPEN = new ArrayList<>();
    private static final Map<String, PrometheusServer> PROMETHEUS = new TreeMap<>();

    /** The load of each pod, which ends after the last test. */
    private static final Map<String, SteadyLoad> LOADS = new TreeMap<>();

    @BeforeAll
    static void scrapeUnderLoad() throws Exception {
        Manifests plain = ManifestsTest.render("overlays/plain-prometheus");
        Manifests nodes = ManifestsTest.render("overlays/node-status");
        JsonNode deployment = plain.only("Deployment");
        PodApi api = open(new PodApi());
        for (String name : List.of("a", "b")) {
            ServiceProcess service = open(ServiceProcess.start(folder("service-" + name), settings(plain)));
            AtomicInteger requests = new AtomicInteger();
            LOADS.put(
                    name,
                    open(new SteadyLoad(
                            CLIENTS,
                            () -> service.application()
                                    .resolve(PATHS.get(Math.floorMod(requests.getAndIncrement(), PATHS.size()))))));
            api.add(
                    name.equals("a") ? deployment : withoutPath(deployment),
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
        Manifests aggregators = ManifestsTest.render("overlays/node-aggregator");
        Path mapping = Files.writeString(directory.resolve("mapping.yml"), "mappings: []\n");
        StatsdService aggregator = open(StatsdService.start(
                folder("aggregator"),
                settings(aggregators, "percpu.ingest.statsd.mapping=" + mapping, "percpu.ingest.otlp.enabled=true")));
        api.add(
                aggregators.only("DaemonSet"),
                "aggregator-a",
                "node-a",
                "Running",
                aggregator.process().management().getPort());
        Thread sender = Thread.ofVirtual().start(() -> sendSteadily(aggregator));
        open(sender::interrupt);
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
        for (PrometheusServer prometheus : PROMETHEUS.values()) {
            prometheus.await("count_over_time(percpu_shard_records_total{cpu=\"shared\"}[1m]) > 9", s -> s.size() >= 2);
        }
    }

    /** Sends a sample of StatsD and a point of OTLP, ten times a second. */
    private static void sendSteadily(StatsdService aggregator) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        aggregator.process().application().resolve("/v1/metrics"))
                .header("Content-Type", "application/json");
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (long i = 0; ; i++) {
                StatsdSenders.send(aggregator.port(), "m.count:1|c", 1, 0);
                String point = "{\"asInt\": 1, \"timeUnixNano\": " + (i + 1) + "}";
                client.send(
                        request.POST(HttpRequest.BodyPublishers.ofString("{\"resourceMetrics\": [{\"scopeMetrics\": ["
                                        + "{\"metrics\": [{\"name\": \"m.points\", \"sum\": {\"isMonotonic\": true,"
                                        + " \"aggregationTemporality\": 1, \"dataPoints\": [" + point + "]}}]}]}]}"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (IOException | InterruptedException end) {
            // The service or the test has ended.
        }
    }

    /** Returns a workload without the annotation for the path, which the scrape configuration then has. */
    private static JsonNode withoutPath(JsonNode workload) {
        JsonNode copy = workload.deepCopy();
        JsonNode removed = ((ObjectNode) copy.at("/spec/template/metadata/annotations")).remove("prometheus.io/path");
        assertThat(removed).isNotNull();
        return copy;
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
    private static String[] settings(Manifests manifests, String... more) {
        return Stream.concat(
                        Stream.of(more),
                        manifests.only("ConfigMap").path("data").properties().stream()
                                .filter(entry -> !entry.getKey().matches(".*_(HOST|ADDRESS)|QUARKUS_SHUTDOWN.*"))
                                .map(entry ->
                                        entry.getKey().toLowerCase(Locale.ROOT).replace('_', '.') + "="
                                                + entry.getValue().asText()))
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
                            "percpu-metrics-node-status shop status-a node-a",
                            "percpu-metrics-node-aggregator shop aggregator-a node-a");
            assertThat(prometheus.query("up")).hasSize(6);
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
    }

    /** The numbers that the documents name, for a Prometheus that takes no native histograms. */
    @Test
    void shouldScrapeAsManySamplesAsDocumented() throws IOException, InterruptedException {
        PrometheusServer prometheus = PROMETHEUS.get("exemplar-storage");
        double all = only(prometheus, "scrape_samples_scraped{job=\"percpu-metrics\", pod=\"a\"}");
        double ofRoutes = only(prometheus, "count({__name__=~\"http_server_requests_seconds.*\", pod=\"a\"})");
        double routes = only(prometheus, "count(http_server_requests_seconds_count{pod=\"a\"})");
        Pattern documented = Pattern.compile("about (\\d+)(?: samples)?, and (\\d+) for each route, method and status");

        assertThat(routes).isEqualTo(PATHS.size());
        for (String file : List.of(
                "deploy/prometheus/prometheus.yml",
                "deploy/overlays/prometheus-operator/service-monitor.yaml",
                "src/site/markdown/kubernetes.md")) {
            Matcher numbers = documented.matcher(Files.readString(DEPLOY.resolveSibling(file)));
            assertThat(numbers.find()).as(file).isTrue();
            assertThat(all - ofRoutes)
                    .as("%s: samples without those of routes", file)
                    .isCloseTo(Double.parseDouble(numbers.group(1)), withinPercentage(10));
            assertThat(ofRoutes / routes)
                    .as("%s: samples of a route", file)
                    .isCloseTo(Double.parseDouble(numbers.group(2)), withinPercentage(10));
        }
    }

    private static double only(PrometheusServer prometheus, String expression)
            throws IOException, InterruptedException {
        List<Sample> samples = prometheus.query(expression);
        assertThat(samples).as(expression).hasSize(1);
        return samples.getFirst().value();
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
        assertThat(recorded).hasSize(10);
    }

    /** Compares the requests of each pod with those that its clients sent, and checks that the rule adds the pods up by route. */
    private static void assertSumsOverPods(PrometheusServer prometheus) throws IOException, InterruptedException {
        for (Map.Entry<String, SteadyLoad> pod : LOADS.entrySet()) {
            String expression = "sum(http_server_requests_seconds_count{pod=\"" + pod.getKey()
                    + "\"} or histogram_count(http_server_requests_seconds{pod=\"" + pod.getKey() + "\"}))";
            double before = sent(pod.getValue());
            double scraped = prometheus
                    .await(expression, samples -> samples.getFirst().value() >= before)
                    .getFirst()
                    .value();
            // Each client may wait for an answer to a request that is recorded.
            assertThat(scraped).as(pod.getKey()).isLessThanOrEqualTo(sent(pod.getValue()) + CLIENTS);
        }
        assertThat(prometheus.query("method_outcome_status_uri:http_server_requests_seconds_count:rate5m"))
                .hasSize(PATHS.size())
                .allSatisfy(sample -> {
                    assertThat(sample.label("pod") + sample.label("node")).isEmpty();
                    assertThat(sample.value()).isPositive();
                });
    }

    /** Returns the number of answered requests, of which some have status 404. */
    private static double sent(SteadyLoad load) {
        return load.answered() + load.failed();
    }

    @Test
    void shouldScrapeTheCountsOfEachProtocol() throws IOException, InterruptedException {
        for (PrometheusServer prometheus : PROMETHEUS.values()) {
            for (String metric : List.of("percpu_ingest_samples_total", "percpu_ingest_rejected_total")) {
                assertThat(prometheus.query("count by (protocol) (" + metric + ")"))
                        .extracting(sample -> sample.label("protocol"))
                        .containsExactlyInAnyOrder("statsd", "otlp");
            }
            assertThat(only(prometheus, "sum(percpu_ingest_rejected_total)")).isZero();
            assertThat(only(prometheus, "percpu_ingest_streams")).isEqualTo(1);
            assertThat(only(prometheus, "percpu_ingest_requests_total{status=\"200\"}"))
                    .isPositive();
        }
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
