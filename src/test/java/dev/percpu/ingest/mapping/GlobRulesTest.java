package dev.percpu.ingest.mapping;

import static dev.percpu.ingest.mapping.MetricType.COUNTER;
import static dev.percpu.ingest.mapping.MetricType.GAUGE;
import static dev.percpu.ingest.mapping.MetricType.OBSERVER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GlobRulesTest {
    private static MappingRule rule(String name, String glob, @Nullable MetricType type) {
        return new MappingRule(
                type,
                false,
                Template.ofGlob(name, GlobRules.wildcards(glob)),
                "help",
                Map.of(),
                false,
                1,
                ObserverReader.DEFAULTS.options(),
                null);
    }

    private static @Nullable String mapped(GlobRules rules, String name) {
        return mapped(rules, name, COUNTER);
    }

    private static @Nullable String mapped(GlobRules rules, String name, MetricType type) {
        MappedMetric mapped = rules.map(name, type);
        return mapped == null ? null : mapped.name();
    }

    private static GlobRules rules(boolean inOrder, String... globs) {
        GlobRules rules = new GlobRules(inOrder);
        for (int i = 0; i < globs.length; i++) {
            rules.add(globs[i], rule("rule" + i, globs[i], null));
        }
        return rules;
    }

    @Test
    void shouldPreferTheFirstRuleInOrder() {
        GlobRules rules = rules(true, "a.*.c", "a.b.*", "a.b.c", "*.*.*");

        assertThat(mapped(rules, "a.b.c")).isEqualTo("rule0");
        assertThat(mapped(rules, "a.b.x")).isEqualTo("rule1");
        assertThat(mapped(rules, "x.b.c")).isEqualTo("rule3");
        assertThat(mapped(rules, "a.b")).isNull();
        assertThat(mapped(rules, "a.b.c.d")).isNull();
    }

    @Test
    void shouldPreferTheMostSpecificRuleWithoutOrder() {
        GlobRules rules = rules(false, "*.*.*", "a.*.c", "a.b.*", "a.b.c");

        assertThat(mapped(rules, "a.b.c")).isEqualTo("rule3");
        assertThat(mapped(rules, "a.b.x")).isEqualTo("rule2");
        assertThat(mapped(rules, "a.x.c")).isEqualTo("rule1");
        assertThat(mapped(rules, "a.x.x")).isEqualTo("rule0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldTryTheWildcardIfTheTextLeadsToNoRule(boolean inOrder) {
        GlobRules rules = rules(inOrder, "backtrack.*.bbb", "backtrack.justatest.aaa");

        assertThat(mapped(rules, "backtrack.good.bbb")).isEqualTo("rule0");
        assertThat(mapped(rules, "backtrack.justatest.bbb")).isEqualTo("rule0");
        assertThat(mapped(rules, "backtrack.justatest.aaa")).isEqualTo("rule1");
        assertThat(mapped(rules, "backtrack.justatest.ccc")).isNull();
    }

    @Test
    void shouldPreferTheFirstOfEqualGlobs() {
        assertThat(mapped(rules(true, "a.*", "a.*"), "a.b")).isEqualTo("rule0");
        assertThat(mapped(rules(false, "a.*", "a.*"), "a.b")).isEqualTo("rule0");
        assertThat(mapped(rules(true, "a.b", "a.*", "a.b"), "a.b")).isEqualTo("rule0");
    }

    @Test
    void shouldMatchAPrefixOfAnotherGlob() {
        GlobRules rules = rules(true, "a.b.c", "a.b", "a");

        assertThat(mapped(rules, "a.b.c")).isEqualTo("rule0");
        assertThat(mapped(rules, "a.b")).isEqualTo("rule1");
        assertThat(mapped(rules, "a")).isEqualTo("rule2");
    }

    @Test
    void shouldMatchAnyComponentByAWildcard() {
        GlobRules rules = new GlobRules(true);
        rules.add("a.*.*", rule("_${1}_${2}_", "a.*.*", null));

        assertThat(mapped(rules, "a..b")).isEqualTo("__b_");
        assertThat(mapped(rules, "a..")).isEqualTo("___");
        assertThat(mapped(rules, "a.*.x")).isEqualTo("___x_");
        assertThat(mapped(rules, "a.get/threads/1.x")).isEqualTo("_get_threads_1_x_");
    }

    @Test
    void shouldApplyRulesToTheirMetricType() {
        GlobRules rules = new GlobRules(true);
        rules.add("a.*", rule("sum", "a.*", COUNTER));
        rules.add("a.*", rule("current", "a.*", GAUGE));
        rules.add("*.b", rule("any", "*.b", null));

        assertThat(mapped(rules, "a.b", COUNTER)).isEqualTo("sum");
        assertThat(mapped(rules, "a.b", GAUGE)).isEqualTo("current");
        assertThat(mapped(rules, "a.b", OBSERVER)).isEqualTo("any");
        assertThat(mapped(rules, "a.c", OBSERVER)).isNull();
    }

    @Test
    void shouldFindEachOf10000Rules() {
        String[] globs = new String[10_000];
        for (int i = 0; i < globs.length; i++) {
            globs[i] = "service" + i % 100 + (i % 2 == 0 ? ".*.endpoint" : ".endpoint.*.name") + i;
        }
        GlobRules rules = rules(true, globs);

        for (int i = 0; i < globs.length; i++) {
            assertThat(mapped(rules, globs[i].replace("*", "any"))).isEqualTo("rule" + i);
            assertThat(mapped(rules, globs[i].replace("*", "any") + "x")).isNull();
        }
    }

    /** Would not end if a search took a time exponential in the number of components. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldVisitEachComponentOnce(boolean inOrder) {
        GlobRules rules = new GlobRules(inOrder);
        for (int i = 0; i < 1_000; i++) {
            String glob = "*.".repeat(i) + "a" + ".*".repeat(1_000 - i) + ".end";
            rules.add(glob, rule("rule" + i, glob, null));
        }

        assertThat(mapped(rules, "a.".repeat(1_001) + "miss")).isNull();
        assertThat(mapped(rules, "a.".repeat(100_000) + "miss")).isNull();
        assertThat(mapped(rules, "a.".repeat(1_001) + "end")).isEqualTo("rule0");
    }

    /** A comparison with a linear scan, on random rules and names of few different components. */
    @Test
    void shouldFindTheRuleOfALinearScan() {
        Random random = new Random(19);
        for (int round = 0; round < 300; round++) {
            List<String> globs = new ArrayList<>();
            for (int i = 0; i < 1 + random.nextInt(20); i++) {
                globs.add(components(random, "a", "b", "*"));
            }
            GlobRules inOrder = rules(true, globs.toArray(new String[0]));
            GlobRules bySpecificity = rules(false, globs.toArray(new String[0]));
            for (int i = 0; i < 50; i++) {
                String name = components(random, "a", "b", "c");
                List<String> matching = globs.stream()
                        .filter(glob -> Pattern.matches(glob.replace(".", "\\.").replace("*", "[^.]*"), name))
                        .toList();

                assertThat(mapped(inOrder, name))
                        .as("%s in %s", name, globs)
                        .isEqualTo(matching.isEmpty() ? null : "rule" + globs.indexOf(matching.getFirst()));
                // A wildcard sorts behind letters, so that the most specific glob from left to right is the smallest.
                String mostSpecific = matching.stream()
                        .map(glob -> glob.replace('*', '~'))
                        .min(String::compareTo)
                        .orElse("")
                        .replace('~', '*');
                assertThat(mapped(bySpecificity, name))
                        .as("%s in %s", name, globs)
                        .isEqualTo(matching.isEmpty() ? null : "rule" + globs.indexOf(mostSpecific));
            }
        }
    }

    private static String components(Random random, String... words) {
        List<String> components = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(4); i++) {
            components.add(words[random.nextInt(words.length)]);
        }
        return String.join(".", components);
    }
}
