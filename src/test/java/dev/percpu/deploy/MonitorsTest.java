package dev.percpu.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The monitors of the operator and the scrape configuration without it, which must scrape the same. */
class MonitorsTest {

    private static final Path DEPLOY = Path.of(System.getProperty("test.basedir", ""), "deploy");

    /** Fields of the spec of a monitor, and of a scrape configuration. */
    private static final Map<String, String> LIMITS = Map.of(
            "targetLimit", "target_limit",
            "sampleLimit", "sample_limit",
            "bodySizeLimit", "body_size_limit",
            "labelLimit", "label_limit",
            "labelNameLengthLimit", "label_name_length_limit",
            "labelValueLengthLimit", "label_value_length_limit");

    private final JsonNode configuration = read("prometheus/prometheus.yml");
    private final JsonNode service = read("overlays/prometheus-operator/service-monitor.yaml");
    private final JsonNode pod = read("overlays/prometheus-operator/pod-monitor-node-status.yaml");

    MonitorsTest() throws IOException {}

    @Test
    void shouldScrapeThePodsOfTheDeployment() {
        JsonNode job = job("percpu-metrics");

        assertThat(service.at("/spec/endpoints")).hasSize(2);
        assertSame(service.at("/spec/endpoints/0"), job);
        assertSameLimits(service, job);
    }

    @Test
    void shouldScrapeTheRecordsOfEachCpuAsAnotherJob() {
        JsonNode endpoint = service.at("/spec/endpoints/1");
        JsonNode job = job(endpoint.at("/relabelings/1/replacement").asText());

        assertThat(endpoint.at("/relabelings/1/targetLabel").asText()).isEqualTo("job");
        assertSame(endpoint, job);
        assertSameLimits(service, job);
        assertThat(endpoint.path("params")).isNotEmpty().isEqualTo(job.path("params"));
    }

    @Test
    void shouldScrapeThePodsOfTheDaemonSet() {
        JsonNode job = job("percpu-metrics-node-status");
        JsonNode kept = pod.at("/spec/podMetricsEndpoints/0/metricRelabelings/0");

        assertSame(pod.at("/spec/podMetricsEndpoints/0"), job);
        assertThat(kept.path("regex").asText())
                .isNotEmpty()
                .isEqualTo(job.at("/metric_relabel_configs/0/regex").asText());
        assertSameLimits(pod, job);
    }

    @Test
    void shouldScrapeTheReceiversOfEveryNode() throws IOException {
        JsonNode aggregator = read("overlays/prometheus-operator/pod-monitor-node-aggregator.yaml");
        JsonNode job = job("percpu-metrics-node-aggregator");

        assertSame(aggregator.at("/spec/podMetricsEndpoints/0"), job);
        assertSameLimits(aggregator, job);
    }

    private static void assertSameLimits(JsonNode monitor, JsonNode job) {
        LIMITS.forEach((field, name) -> assertThat(monitor.path("spec").path(field))
                .as(field)
                .isNotEqualTo(MissingNode.getInstance())
                .isEqualTo(job.path(name)));
    }

    private void assertSame(JsonNode endpoint, JsonNode job) {
        JsonNode global = configuration.path("global");
        assertThat(endpoint.path("path")).isEqualTo(job.path("metrics_path"));
        assertThat(endpoint.path("interval"))
                .isEqualTo(job.has("scrape_interval") ? job.path("scrape_interval") : global.path("scrape_interval"));
        assertThat(endpoint.path("scrapeTimeout")).isEqualTo(global.path("scrape_timeout"));
        assertThat(endpoint.at("/relabelings/0/sourceLabels/0").asText()).isEqualTo("__meta_kubernetes_pod_node_name");
        assertThat(endpoint.at("/relabelings/0/targetLabel").asText()).isEqualTo("node");
    }

    private JsonNode job(String name) {
        for (JsonNode job : configuration.path("scrape_configs")) {
            if (job.path("job_name").asText().equals(name)) {
                return job;
            }
        }
        throw new AssertionError("There must be a job " + name);
    }

    private static JsonNode read(String file) throws IOException {
        return new YAMLMapper().readTree(DEPLOY.resolve(file).toFile());
    }
}
