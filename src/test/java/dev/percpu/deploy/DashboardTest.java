package dev.percpu.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The dashboard as Grafana provisions it. What its queries return is tested in {@code acceptance}. */
class DashboardTest {

    private static final Path GRAFANA = Path.of(System.getProperty("test.basedir", ""), "deploy", "grafana");
    private static final int COLUMNS = 24;

    private final JsonNode dashboard =
            new ObjectMapper().readTree(GRAFANA.resolve("percpu-metrics.json").toFile());

    DashboardTest() throws IOException {}

    @Test
    void shouldBeProvisionable() throws IOException {
        // A number as id and inputs come from an export, and Grafana rejects or ignores them in a provisioned file.
        assertThat(dashboard.has("id") || dashboard.has("__inputs")).isFalse();
        assertThat(dashboard.path("uid").asText()).isEqualTo("percpu-metrics");
        assertThat(dashboard.path("title").asText()).isNotEmpty();
        assertThat(dashboard.path("schemaVersion").asInt()).isGreaterThanOrEqualTo(36);
        JsonNode provider = yaml("provisioning/dashboards/percpu-metrics.yml").at("/providers/0");
        assertThat(provider.path("type").asText()).isEqualTo("file");
        assertThat(provider.at("/options/path").asText()).isNotEmpty();
        JsonNode source = yaml("provisioning/datasources/prometheus.yml").at("/datasources/0");
        assertThat(source.path("type").asText()).isEqualTo("prometheus");
        assertThat(source.has("basicAuthPassword") || source.has("secureJsonData"))
                .as("secrets")
                .isFalse();
    }

    @Test
    void shouldHaveTheDataSourceAsVariable() {
        List<JsonNode> sources = dashboard.findValues("datasource");
        JsonNode variable = dashboard.at("/templating/list/0");

        assertThat(variable.path("type").asText()).isEqualTo("datasource");
        assertThat(variable.path("query").asText()).isEqualTo("prometheus");
        assertThat(sources)
                .hasSizeGreaterThan(40)
                .allSatisfy(source -> assertThat(source.path("uid").asText())
                        .isEqualTo("${" + variable.path("name").asText() + "}"));
    }

    @Test
    void shouldUseOnlyVariablesThatExist() {
        Set<String> variables = new HashSet<>(Set.of("__rate_interval"));
        dashboard
                .at("/templating/list")
                .forEach(variable -> variables.add(variable.path("name").asText()));

        List<String> expressions = dashboard.findValuesAsText("expr");
        expressions.addAll(dashboard.findValuesAsText("definition"));

        assertThat(expressions)
                .hasSizeGreaterThan(20)
                .allSatisfy(expression -> assertThat(Pattern.compile("\\$\\{?(\\w+)")
                                .matcher(expression)
                                .results()
                                .map((MatchResult found) -> found.group(1)))
                        .isSubsetOf(variables));
    }

    @Test
    void shouldPlacePanelsWithoutOverlap() {
        List<Rectangle2D> places = new ArrayList<>();
        for (JsonNode panel : dashboard.path("panels")) {
            JsonNode place = panel.path("gridPos");
            places.add(new Rectangle2D.Double(
                    place.path("x").asInt(),
                    place.path("y").asInt(),
                    place.path("w").asInt(),
                    place.path("h").asInt()));
        }

        assertThat(dashboard.path("panels"))
                .extracting(panel -> panel.path("id").asInt())
                .doesNotHaveDuplicates();
        assertThat(places).hasSizeGreaterThan(20).allSatisfy(place -> {
            assertThat(place.getMaxX()).isLessThanOrEqualTo(COLUMNS);
            assertThat(places).filteredOn(place::intersects).containsExactly(place);
        });
    }

    @Test
    void shouldDescribeEachPanelAndItsUnit() {
        for (JsonNode panel : dashboard.path("panels")) {
            String type = panel.path("type").asText();
            if (!type.equals("row")) {
                assertThat(panel.path("description").asText())
                        .as(panel.path("title").asText())
                        .endsWith(".");
            }
            if (type.equals("timeseries")) {
                assertThat(panel.at("/fieldConfig/defaults/unit").asText())
                        .as(panel.path("title").asText())
                        .isIn("reqps", "percentunit", "s", "ops", "short", "bytes");
            }
        }
    }

    private static JsonNode yaml(String file) throws IOException {
        return new YAMLMapper().readTree(GRAFANA.resolve(file).toFile());
    }
}
