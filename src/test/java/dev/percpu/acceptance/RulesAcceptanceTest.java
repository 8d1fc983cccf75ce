package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the unit tests of the rules by promtool, and checks that these tests notice a change of each rule. */
@Tag("acceptance")
@Timeout(180)
class RulesAcceptanceTest {

    private static final Path FOLDER = Path.of(System.getProperty("test.basedir", "."), "deploy", "prometheus");
    private static final Path RULES = FOLDER.resolve("rules.yml");
    private static final Path TESTS = FOLDER.resolve("rules-test.yml");
    /** The number that an alert compares with, unless it is 0. */
    private static final Pattern THRESHOLD = Pattern.compile("[>=] ([1-9]\\d*)\\s*$");

    private static final Pattern MINUTES = Pattern.compile("(\\d+)m");

    private static final YAMLMapper YAML = new YAMLMapper();

    /** Debian 12 has 2.42, whose unit tests do not know native histograms. */
    private static String promtool = "";

    @TempDir
    private Path directory;

    @BeforeAll
    static void findPromtool() throws IOException {
        promtool = Testbeds.program("trixie", "promtool").toString();
    }

    @Test
    void shouldBeValidInAnOlderPrometheusToo() throws IOException, InterruptedException {
        for (String version : List.of("promtool", promtool)) {
            assertThat(Promtool.run(version, "check", "rules", "--lint=all", "--lint-fatal", RULES.toString()))
                    .as(version)
                    .returns(0, Promtool.Result::code);
        }
    }

    /** Debian 13 has Prometheus 2.53, and unstable a 3.x, which computes rates and quantiles in another way. */
    @ParameterizedTest
    @ValueSource(strings = {"trixie", "sid"})
    void shouldPassTheirTests(String suite) throws IOException, InterruptedException {
        String version = Prefetch.orSkip(() -> Testbeds.program(suite, "promtool"), suite.equals("trixie"))
                .toString();
        // A program of unstable may need a newer libc than this machine has.
        assumeTrue(
                Promtool.run(version, "--version").code() == 0,
                "promtool of " + suite + " does not run on this machine");

        assertThat(Promtool.run(version, "test", "rules", TESTS.toString())).returns(0, Promtool.Result::code);
    }

    @Test
    void shouldTestThatEachAlertFiresAndIsSilent() throws IOException {
        Set<String> firing = new TreeSet<>();
        Set<String> silent = new TreeSet<>();
        for (JsonNode test : YAML.readTree(TESTS.toFile()).path("tests")) {
            for (JsonNode alert : test.path("alert_rule_test")) {
                (alert.path("exp_alerts").isEmpty() ? silent : firing)
                        .add(alert.path("alertname").asText());
            }
        }

        Set<String> alerts = new TreeSet<>();
        for (ObjectNode rule : rules(YAML.readTree(RULES.toFile()))) {
            if (rule.has("alert")) {
                alerts.add(rule.path("alert").asText());
            }
        }
        assertThat(firing).isEqualTo(alerts);
        assertThat(silent).isEqualTo(alerts);
    }

    /**
     * A test of promtool must fail with each rule replaced in turn by an expression that is always true, and by one that never is. The same
     * with the number that an alert compares with, and the time that it waits, ten times as large and as small.
     */
    @Test
    void shouldNoticeAChangeOfEachRule() throws IOException, InterruptedException {
        Files.writeString(
                directory.resolve("rules-test.yml"),
                // Without the case of a day, which takes most of the time.
                Files.readString(TESTS).replaceAll("x1600", "x30").replaceAll(".*eval_time: 26h.*\n", ""));
        List<String> unnoticed = new ArrayList<>();
        int changes = 0;
        int rules = rules(YAML.readTree(RULES.toFile())).size();
        for (int i = 0; i < rules; i++) {
            for (ObjectNode mutant :
                    mutants(rules(YAML.readTree(RULES.toFile())).get(i))) {
                JsonNode changed = YAML.readTree(RULES.toFile());
                rules(changed).get(i).setAll(mutant);
                YAML.writeValue(directory.resolve("rules.yml").toFile(), changed);
                String tests = directory.resolve("rules-test.yml").toString();
                if (Promtool.run(promtool, "test", "rules", tests).code() == 0) {
                    unnoticed.add(mutant.toString());
                }
                changes++;
            }
        }

        assertThat(changes)
                .as("2 of each rule, and those of 4 numbers and 9 times")
                .isEqualTo(2 * rules + 8 + 18);
        assertThat(unnoticed).isEmpty();
    }

    /** Returns the changes of a rule. */
    private static List<ObjectNode> mutants(ObjectNode rule) {
        List<ObjectNode> mutants = new ArrayList<>();
        mutants.add(rule.deepCopy().put("expr", "vector(1)"));
        mutants.add(rule.deepCopy().put("expr", "vector(1) > 1"));
        String expression = rule.path("expr").asText();
        Matcher threshold = THRESHOLD.matcher(expression);
        Matcher minutes = MINUTES.matcher(rule.path("for").asText());
        boolean compares = threshold.find();
        boolean waits = minutes.matches();
        for (double factor : List.of(0.1, 10.0)) {
            if (compares) {
                double number = Double.parseDouble(threshold.group(1)) * factor;
                String changed =
                        expression.substring(0, threshold.start(1)) + number + expression.substring(threshold.end(1));
                mutants.add(rule.deepCopy().put("expr", changed));
            }
            if (waits) {
                long seconds = Math.round(Integer.parseInt(minutes.group(1)) * 60 * factor);
                mutants.add(rule.deepCopy().put("for", seconds + "s"));
            }
        }
        return mutants;
    }

    private static List<ObjectNode> rules(JsonNode file) {
        List<ObjectNode> rules = new ArrayList<>();
        file.path("groups").forEach(group -> group.path("rules").forEach(rule -> rules.add((ObjectNode) rule)));
        return rules;
    }
}
