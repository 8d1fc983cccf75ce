package dev.percpu.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.percpu.MarkdownDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The rules for Prometheus without what runs them: that is in {@code acceptance}.
 *
 * <p>{@code make test TEST=RulesTest ARGS=-Dupdate} writes the PrometheusRule, which has the same rules for the operator.
 */
class RulesTest {

    private static final Path TOP = Path.of(System.getProperty("test.basedir", ""));
    private static final Path RULES = TOP.resolve("deploy/prometheus/rules.yml");
    private static final Path PROMETHEUS_RULE = TOP.resolve("deploy/overlays/prometheus-operator/prometheus-rule.yaml");

    private static final String HEADER = """
            # Made from deploy/prometheus/rules.yml by make test TEST=RulesTest ARGS=-Dupdate
            apiVersion: monitoring.coreos.com/v1
            kind: PrometheusRule
            metadata:
              name: percpu-metrics
              labels:
                app.kubernetes.io/name: percpu-metrics
                app.kubernetes.io/part-of: percpu-metrics
            spec:
            """;

    @Test
    void shouldHaveTheSameRulesForTheOperator() throws IOException {
        String rules = Files.readString(RULES);
        String expected = HEADER
                + rules.substring(rules.indexOf("groups:"))
                        .lines()
                        .map(line -> line.isEmpty() ? "\n" : "  " + line + "\n")
                        .collect(Collectors.joining());
        if (System.getProperty("update") != null) {
            Files.writeString(PROMETHEUS_RULE, expected);
        }

        assertThat(PROMETHEUS_RULE)
                .as("make test TEST=RulesTest ARGS=-Dupdate writes it")
                .hasContent(expected);
        assertThat(yaml(PROMETHEUS_RULE).path("spec")).isEqualTo(yaml(RULES));
    }

    @Test
    void shouldLinkEachAlertToItsSection() throws IOException {
        List<String> missing = new ArrayList<>();
        for (JsonNode alert : rules("alert")) {
            String[] runbook = alert.at("/annotations/runbook_url").asText().split("#");
            Path document = TOP.resolve(runbook[0]);
            if (runbook.length != 2
                    || !Files.isRegularFile(document)
                    || !MarkdownDocument.read(document).anchors().contains(runbook[1])) {
                missing.add(alert.path("alert").asText());
            }
        }

        assertThat(missing).as("alerts without a section").isEmpty();
    }

    @Test
    void shouldDescribeEachAlertWithASeverity() throws IOException {
        assertThat(rules("alert")).hasSizeGreaterThan(5).allSatisfy(alert -> {
            assertThat(alert.at("/labels/severity").asText()).isIn("warning", "critical");
            assertThat(alert.at("/annotations/summary").asText()).endsWith(".");
        });
    }

    @Test
    void shouldNameRecordingRulesByLevelMetricAndOperations() throws IOException {
        assertThat(rules("record"))
                .extracting(rule -> rule.path("record").asText())
                .hasSizeGreaterThan(5)
                .allSatisfy(name -> assertThat(name).matches("[a-z_]+:[a-z_]+:[a-z0-9_]+"));
    }

    private static List<JsonNode> rules(String kind) throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        for (JsonNode group : yaml(RULES).path("groups")) {
            group.path("rules").forEach(rule -> {
                if (rule.has(kind)) {
                    rules.add(rule);
                }
            });
        }
        return rules;
    }

    private static JsonNode yaml(Path file) throws IOException {
        return new YAMLMapper().readTree(file.toFile());
    }
}
