package dev.percpu.ingest.mapping;

import static dev.percpu.ingest.mapping.MetricType.COUNTER;
import static dev.percpu.ingest.mapping.MetricType.GAUGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegexRulesTest {
    private static MappingRules rules(String... regexes) {
        StringBuilder yaml = new StringBuilder("defaults: {match_type: regex}\nmappings:\n");
        for (int i = 0; i < regexes.length; i++) {
            yaml.append("- match: '" + regexes[i].replace("'", "''") + "'\n  name: rule" + i
                    + "\n  labels: {first: '$1', named: '${n}', all: '$0'}\n");
        }
        return MappingReader.read(yaml.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldPreferTheFirstRule() {
        MappingRules rules = rules("b", "a", "");

        assertThat(rules.map("ab", COUNTER).name()).isEqualTo("rule0");
        assertThat(rules.map("a", COUNTER).name()).isEqualTo("rule1");
        assertThat(rules.map("c", COUNTER).name()).isEqualTo("rule2");
    }

    @Test
    void shouldPreferGlobsToRegularExpressions() {
        MappingRules rules = MappingReader.read("""
                mappings:
                - {match: a.*, match_type: regex, name: regex}
                - {match: a.b, name: glob, match_metric_type: counter}
                """.getBytes(StandardCharsets.UTF_8));

        assertThat(rules.map("a.b", COUNTER).name()).isEqualTo("glob");
        assertThat(rules.map("a.b", GAUGE).name()).isEqualTo("regex");
        assertThat(rules.map("a.c", COUNTER).name()).isEqualTo("regex");
        assertThat(rules.map("b.c", COUNTER).name()).isEqualTo("b_c");
    }

    @Test
    void shouldApplyRulesToTheirMetricType() {
        MappingRules rules = MappingReader.read("""
                defaults: {match_type: regex}
                mappings:
                - {match: a, name: sum, match_metric_type: counter}
                - {match: a, name: other}
                """.getBytes(StandardCharsets.UTF_8));

        assertThat(rules.map("a", COUNTER).name()).isEqualTo("sum");
        assertThat(rules.map("a", GAUGE).name()).isEqualTo("other");
    }

    /** The syntax of RE2, with what the first group captures. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "(?P<n>b+) abbc bb",
                "(?<n>b+) abbc bb",
                "^(a+)\\z aa aa",
                "\\A(a+)$ aa aa",
                "(\\Qa.b\\E.) xa.bc a.bc",
                "([[:alpha:]]+) 12ab3 ab",
                "([[:^alpha:]]+) ab12c 12",
                "([[:word:]]+) .a_1. a_1",
                "(\\pN+) ab12c 12",
                "(\\p{Greek}+) a\u03b1\u03b2 \u03b1\u03b2",
                "(\\P{L}+) ab12 12",
                "(\\p{^L}+) ab12 12",
                "(?i)(AB) xab ab",
                "(?i:A)(B) aB B",
                "(?U)(a+) aaa a",
                "(a+?) aaa a",
                "(?s)(.+) ab ab",
                "(?m)^(a)$ a a",
                "(\\x{61}\\x62\\141) aba aba",
                "(\\d+)\\D ab12c 12",
                "\\b(a)\\b .a. a",
                "(a{2,3}) aaaa aaa",
                "([^.]+) .ab. ab",
                "(a|ab)(c|bcd)(d*) abcd a",
                "(?:x)(y) xy y"
            })
    void shouldMatchInTheSyntaxOfRe2(String regex, String name, String captured) {
        MappedMetric mapped = rules(regex).map(name, COUNTER);

        assertThat(mapped.name()).isEqualTo("rule0");
        assertThat(mapped.labels()).containsEntry("first", captured);
        assertThat(mapped.labels()).containsEntry("named", regex.contains("<n>") ? captured : "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                ")",
                "[a",
                "*a",
                "a**",
                "a{1001}",
                "a{2,1}",
                "(?=a)",
                "(?!a)",
                "(?<=a)",
                "(?>a)",
                "\\1",
                "\\Z",
                "\\h",
                "\\C",
                "\\u0041",
                "[\\Q]\\E]",
                "(?x)a",
                "(?P<n>a)(?P<n>b)",
                "\\p{Foo}",
                "(?P<1>a",
                "\\",
                "[b-a]",
                "[[:foo:]]"
            })
    void shouldRefuseOtherSyntaxWithItsLine(String regex) {
        assertThatThrownBy(() -> rules("a", regex))
                .isInstanceOf(MappingException.class)
                .hasMessageStartingWith("line 6, column 10: match must be a regular expression of RE2 (")
                .hasMessageContaining("), but was \"" + regex + "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a{1000}){1000}",
                "((a{0,1000}){0,1000}){0,10}",
                "((a{100,}){100}){2}",
                "(\\pN{999}){11}",
                "([^]]{999}){11}",
                "([]]{999}){11}",
                "([[:alpha:]]{999}){11}",
                "(\\Q({\\E{999}b){99}"
            })
    void shouldRefuseRepetitionsThatMultiply(String regex) {
        assertThatThrownBy(() -> rules(regex))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("must be a regular expression of at most 10000 steps");
    }

    @Test
    void shouldRefuseDeepNesting() {
        assertThatThrownBy(() -> rules("(".repeat(2_000) + ")".repeat(2_000)))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("200 nested groups");
        assertThat(rules("(".repeat(200) + ")".repeat(200)).map("a", COUNTER).name())
                .isEqualTo("rule0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}",
                "[({]{900}",
                "\\Q(((((((\\E",
                "a{1000}b{1000}",
                "x{y}"
            })
    void shouldAllowRepetitionsOneAfterAnother(String regex) {
        assertThat(RegexSize.isAllowed(regex)).isTrue();
    }

    /** A matcher that backtracks would not end: each of these takes a time exponential in the length of the name. */
    @ParameterizedTest
    @ValueSource(strings = {"^(a+)+$", "^(a|aa)+$", "^(a*)*b", "^(.*)*(.*)*(.*)*$|^b", "^(a?){50}a{50}$", "(x+x+)+y"})
    void shouldMatchHostileNamesInLinearTime(String regex) {
        String hostile = "a".repeat(2_000) + "x".repeat(2_000) + "!\n";

        assertThat(rules(regex).map(hostile, COUNTER)).isNotNull();
    }

    @Test
    void shouldExpandReferencesAsGoDoes() {
        MappingRules rules = MappingReader.read("""
                mappings:
                - match: '(?P<first>a)(b)?(c)'
                  match_type: regex
                  name: '${1}_${2}_$3'
                  labels:
                    named: '$first-${first}'
                    unknown: '[$firstx${none}$4$01]'
                    longest: '[$1x]'
                    dollar: '$$1 $ ${1 $- ${}'
                    adjacent: '$1$3'
                    accents: '$\u00e9'
                """.getBytes(StandardCharsets.UTF_8));

        MappedMetric mapped = rules.map("ac", COUNTER);

        assertThat(mapped.name()).isEqualTo("a__c");
        assertThat(mapped.labels())
                .containsEntry("named", "a-a")
                .containsEntry("unknown", "[]")
                .containsEntry("longest", "[]")
                .containsEntry("dollar", "$1 $ ${1 $- ${}")
                .containsEntry("adjacent", "ac")
                .containsEntry("accents", "");
    }
}
