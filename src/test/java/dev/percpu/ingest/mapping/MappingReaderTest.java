package dev.percpu.ingest.mapping;

import static dev.percpu.ingest.mapping.MetricType.COUNTER;
import static dev.percpu.ingest.mapping.MetricType.OBSERVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MappingReaderTest {
    private static final ObserverOptions.Summary SUMMARY =
            new ObserverOptions.Summary(List.of(0.5, 0.9, 0.99), Duration.ofMinutes(10), 5);
    private static final ObserverOptions.Histogram HISTOGRAM =
            new ObserverOptions.Histogram(List.of(.005, .01, .025, .05, .1, .25, .5, 1.0, 2.5, 5.0, 10.0), 1.1, 256);

    private static MappingRules rules(String yaml) {
        return MappingReader.read(yaml.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns what a rule for {@code a.*} with further keys makes of {@code a.b}. */
    private static MappedMetric mapped(String keys) {
        return rules("mappings: [{match: a.*, name: n, " + keys + "}]").map("a.b", OBSERVER);
    }

    private static MappedMetric withDefaults(String defaults, String keys) {
        return rules("defaults: {" + defaults + "}\nmappings: [{match: a.*, name: n, " + keys + "}]")
                .map("a.b", OBSERVER);
    }

    private static String refusal(String yaml) {
        return catchThrowableOfType(MappingException.class, () -> rules(yaml)).getMessage();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "---", "# comment", "null", "{}", "mappings:", "mappings: []", "defaults:\nmappings:"})
    void shouldReadAFileWithoutRules(String yaml) {
        MappingRules rules = rules(yaml);

        assertThat(rules.count()).isZero();
        assertThat(rules.map("a.b-c", OBSERVER)).isEqualTo(MappingRules.none().map("a.b-c", OBSERVER));
        assertThat(rules.map("a.b-c", OBSERVER))
                .isEqualTo(
                        new MappedMetric(false, "a_b_c", "Received over StatsD.", Map.of(), false, 1, SUMMARY, null));
    }

    @Test
    void shouldReadARuleWithoutOptionalKeys() {
        assertThat(rules("mappings: [{match: a.*, name: n}]").count()).isEqualTo(1);
        assertThat(mapped("labels: {}"))
                .isEqualTo(new MappedMetric(false, "n", "Received over StatsD.", Map.of(), false, 1, SUMMARY, null));
    }

    @Test
    void shouldReadEachKeyOfARule() {
        MappedMetric mapped =
                mapped("match_type: glob, match_metric_type: observer, labels: {l: '$1', code: 200, none: },"
                        + " honor_labels: true, help: 'a text', action: map, scale: -2.5, ttl: 1m20s");

        assertThat(mapped)
                .isEqualTo(new MappedMetric(
                        false,
                        "n",
                        "a text",
                        Map.of("l", "b", "code", "200", "none", ""),
                        true,
                        -2.5,
                        SUMMARY,
                        Duration.ofSeconds(80)));
        assertThat(mapped("action: drop").drop()).isTrue();
    }

    @Test
    void shouldIgnoreKeysThatAreNull() {
        assertThat(mapped("match_type: , match_metric_type: ~, labels: , honor_labels: null, help: , action: , scale: ,"
                        + " ttl: , observer_type: , summary_options: , histogram_options: {buckets: }"))
                .isEqualTo(mapped("help: ''"));
    }

    @ParameterizedTest
    @CsvSource({"counter, COUNTER", "gauge, GAUGE", "observer, OBSERVER", "timer, OBSERVER"})
    void shouldMatchMetricTypes(String text, MetricType type) {
        MappingRules rules = rules("mappings: [{match: a, name: n, match_metric_type: " + text + "}]");

        for (MetricType each : MetricType.values()) {
            assertThat(rules.map("a", each).name()).isEqualTo(each == type ? "n" : "a");
        }
    }

    @ParameterizedTest
    @CsvSource({"true, true", "yes, true", "On, true", "y, true", "false, false", "NO, false", "off, false", "n, false"
    })
    void shouldReadBooleansOfYaml11(String text, boolean value) {
        assertThat(mapped("honor_labels: " + text).honorTags()).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "+1, 1",
        "0, 0",
        ".5, 0.5",
        "5., 5",
        "1e-6, 0.000001",
        "1.5E3, 1500",
        "1_000.5, 1000.5",
        "'\"2\"', 2"
    })
    void shouldReadNumbers(String text, double value) {
        assertThat(mapped("scale: " + text).scale()).isEqualTo(value);
    }

    @Test
    void shouldUseTheDefaults() {
        MappingRules rules = rules("""
                defaults:
                  match_type: regex
                  observer_type: histogram
                  ttl: 1h
                  histogram_options: {buckets: [1, 2]}
                  summary_options: {max_age: 1m}
                mappings:
                - {match: '^a', name: regex}
                - {match: b, match_type: glob, name: glob, ttl: 5s}
                - {match: c, name: summary, observer_type: summary, ttl: 0}
                """);

        ObserverOptions histogram = new ObserverOptions.Histogram(List.of(1.0, 2.0), 1.1, 256);
        assertThat(rules.map("abc", OBSERVER).name()).isEqualTo("regex");
        assertThat(rules.map("abc", OBSERVER).observer()).isEqualTo(histogram);
        assertThat(rules.map("abc", OBSERVER).expireAfter()).isEqualTo(Duration.ofHours(1));
        assertThat(rules.map("b", OBSERVER).name()).isEqualTo("glob");
        assertThat(rules.map("b", OBSERVER).expireAfter()).isEqualTo(Duration.ofSeconds(5));
        assertThat(rules.map("c", OBSERVER).observer())
                .isEqualTo(new ObserverOptions.Summary(SUMMARY.quantiles(), Duration.ofMinutes(1), 5));
        assertThat(rules.map("c", OBSERVER).expireAfter()).isEqualTo(Duration.ofHours(1));
        assertThat(rules.map("unmapped", OBSERVER).observer()).isEqualTo(histogram);
        assertThat(rules.map("unmapped", OBSERVER).expireAfter()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void shouldReadSummaryOptions() {
        String quantiles = "quantiles: [{quantile: 0.7, error: 0.002}, {quantile: 0.42}, {quantile: 0.7}]";

        assertThat(mapped("observer_type: summary").observer()).isEqualTo(SUMMARY);
        assertThat(mapped("observer_type: ''").observer()).isEqualTo(SUMMARY);
        assertThat(mapped("summary_options: {" + quantiles + ", max_age: 5m, age_buckets: 2, buf_cap: 1000}")
                        .observer())
                .isEqualTo(new ObserverOptions.Summary(List.of(0.42, 0.7), Duration.ofMinutes(5), 2));
        assertThat(mapped("summary_options: {quantiles: [], max_age: 0, age_buckets: 0, buf_cap: 0}")
                        .observer())
                .isEqualTo(SUMMARY);
        assertThat(withDefaults(
                                "summary_options: {" + quantiles + ", max_age: 5m, age_buckets: 2}",
                                "observer_type: summary, summary_options: {max_age: 7m}")
                        .observer())
                .isEqualTo(new ObserverOptions.Summary(List.of(0.42, 0.7), Duration.ofMinutes(7), 2));
    }

    @Test
    void shouldReadHistogramOptions() {
        assertThat(mapped("observer_type: histogram").observer()).isEqualTo(HISTOGRAM);
        assertThat(histogram("buckets: [0, 1e-3, 2, .inf], native_histogram_bucket_factor: 1.005,"
                        + " native_histogram_max_buckets: 160"))
                .isEqualTo(new ObserverOptions.Histogram(List.of(0.0, 0.001, 2.0), 1.005, 160));
        assertThat(histogram("buckets: [], native_histogram_bucket_factor: 0, native_histogram_max_buckets: 0"))
                .isEqualTo(HISTOGRAM);
        assertThat(histogram("native_histogram_bucket_factor: 1"))
                .isEqualTo(new ObserverOptions.Histogram(HISTOGRAM.buckets(), 0, 256));
        assertThat(withDefaults(
                                "histogram_options: {buckets: [1], native_histogram_max_buckets: 10}",
                                "observer_type: histogram, histogram_options: {native_histogram_bucket_factor: 2}")
                        .observer())
                .isEqualTo(new ObserverOptions.Histogram(List.of(1.0), 2, 10));
    }

    private static ObserverOptions histogram(String options) {
        return mapped("observer_type: histogram, histogram_options: {" + options + "}")
                .observer();
    }

    /** Without observer_type, statsd_exporter does not refuse them. */
    @Test
    void shouldIgnoreHistogramOptionsOfASummaryByDefault() {
        assertThat(mapped("histogram_options: {buckets: [1]}").observer()).isEqualTo(SUMMARY);
    }

    @Test
    void shouldReadDeprecatedKeys() {
        ObserverOptions histogram = new ObserverOptions.Histogram(List.of(1.0, 2.0), 1.1, 256);
        ObserverOptions summary = new ObserverOptions.Summary(List.of(0.25), Duration.ofMinutes(10), 5);

        assertThat(mapped("timer_type: histogram, buckets: [1, 2]").observer()).isEqualTo(histogram);
        assertThat(mapped("timer_type: summary, quantiles: [{quantile: 0.25}]").observer())
                .isEqualTo(summary);
        assertThat(mapped("timer_type: histogram, observer_type: summary").observer())
                .isEqualTo(SUMMARY);
        assertThat(withDefaults("timer_type: histogram, buckets: [1, 2]", "help: x")
                        .observer())
                .isEqualTo(histogram);
        assertThat(withDefaults("quantiles: [{quantile: 0.25}]", "help: x").observer())
                .isEqualTo(summary);
    }

    @Test
    void shouldReplaceReferencesInLabelsOfGlobs() {
        MappingRules rules = rules("""
                mappings:
                - match: a.*.*.*.*.*.*.*.*.*.*
                  name: ${10}_$2
                  labels:
                    two: $1$2
                    text: 100%-${3}s
                    name: $1_foo
                    unbraced: $1}
                    unknown: '[$0][$11][${11}][$x]'
                    dollar: $ $- ${}
                """);

        MappedMetric mapped = rules.map("a.A.B.C.D.E.F.G.H.I.J", COUNTER);

        assertThat(mapped.name()).isEqualTo("J_B");
        assertThat(mapped.labels())
                .containsEntry("two", "AB")
                .containsEntry("text", "100%-Cs")
                .containsEntry("name", "")
                .containsEntry("unbraced", "A")
                .containsEntry("unknown", "[][][][]")
                .containsEntry("dollar", "$ $- ${}");
    }

    @Test
    void shouldEscapeNamesAfterReplacement() {
        MappingRules rules = rules("mappings: [{match: a.*, name: $1}, {match: 'b', match_type: regex, name: $0}]");

        assertThat(rules.map("a.9-x", COUNTER).name()).isEqualTo("_9_x");
        assertThat(rules.map("a.", COUNTER).name()).isEmpty();
        assertThat(rules.map("b", COUNTER).name()).isEqualTo("b");
    }

    @Test
    void shouldAllowReservedLabelsWhereTheyDoNotClash() {
        assertThat(mapped("labels: {le: x, quantile: y}").labels()).containsKeys("le", "quantile");
        assertThat(mapped("labels: {le: x}, match_metric_type: observer").labels())
                .containsKey("le");
        assertThat(mapped("labels: {quantile: x}, match_metric_type: observer, observer_type: histogram")
                        .labels())
                .containsKey("quantile");
        assertThat(mapped("labels: {quantile: x}, match_metric_type: observer, action: drop")
                        .drop())
                .isTrue();
    }

    @Test
    void shouldReadAliasesAndMergeKeys() {
        MappingRules rules = rules("""
                defaults:
                  histogram_options: &fast
                    buckets: &bounds [1, 2]
                    native_histogram_max_buckets: 20
                mappings:
                - &base
                  match: a
                  name: first
                  observer_type: histogram
                  labels: {x: y}
                - <<: *base
                  match: b
                  histogram_options:
                    <<: [{native_histogram_max_buckets: 30}, *fast]
                - {match: c, name: third, observer_type: histogram, histogram_options: {buckets: *bounds}}
                """);

        assertThat(rules.map("b", OBSERVER).name()).isEqualTo("first");
        assertThat(rules.map("b", OBSERVER).labels()).containsEntry("x", "y");
        assertThat(rules.map("b", OBSERVER).observer())
                .isEqualTo(new ObserverOptions.Histogram(List.of(1.0, 2.0), 1.1, 30));
        assertThat(rules.map("c", OBSERVER).observer())
                .isEqualTo(new ObserverOptions.Histogram(List.of(1.0, 2.0), 1.1, 20));
    }

    /** A key and a value of a rule in line 4, and the start of the refusal. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nam: x|column 3: \"nam\" is not a known key of mappings; the most similar key is name",
                "match_typ: x|column 3: \"match_typ\" is not a known key of mappings; the most similar key is match_type",
                "match: a|column 3: \"match\" must be set once in mappings, but is set twice",
                "match_type: Regex|column 15: match_type must be glob or regex, but was \"Regex\"",
                "match_type: [glob]|column 15: match_type must be text, but was a sequence",
                "match_metric_type: ''|column 22: match_metric_type must be counter or gauge or observer or timer, but was \"\"",
                "match_metric_type: c|column 22: match_metric_type must be counter or",
                "observer_type: gauge|column 18: observer_type must be histogram or summary, but was \"gauge\"",
                "timer_type: gauge|column 15: timer_type must be histogram or summary, but was \"gauge\"",
                "action: keep|column 11: action must be drop or map, but was \"keep\"",
                "honor_labels: 1|column 17: honor_labels must be true or false, but was \"1\"",
                "help: {a: b}|column 9: help must be text, but was a mapping",
                "scale: fast|column 10: scale must be a number, but was \"fast\"",
                "scale: .inf|column 10: scale must be a finite number, but was \".inf\"",
                "scale: .nan|column 10: scale must be a number, but was \".nan\"",
                "scale: 1e999|column 10: scale must be a number of at most 1.8e308, but was \"1e999\"",
                "ttl: 10|column 8: ttl must be a duration such as 30s, 1m20s or 0, but was \"10\"",
                "ttl: -1s|column 8: ttl must be a duration such as",
                "labels: x|column 11: labels must be a mapping of keys to values, but was \"x\"",
                "labels: {a-b: x}|column 12: a label must be named by the characters a-z, A-Z, 0-9 and _, not starting with",
                "labels: {9: x}|column 12: a label must be named by",
                "labels: {__a: x}|column 12: a label must be named by",
                "labels: {a: [x]}|column 15: a must be text, but was a sequence",
                "labels: {[a]: x}|column 12: the keys of labels must be text",
                "labels: {a: x, a: y}|column 18: \"a\" must be set once in labels, but is set twice",
                "{match_metric_type: observer, labels: {quantile: x}}|column 46: a label must not be named quantile in a rule for a summary",
                "summary_options: {quantile: 1}|column 21: \"quantile\" is not a known key of summary_options; the most similar key is quantiles",
                "summary_options: {quantiles: 1}|column 32: quantiles must be a list, but was \"1\"",
                "summary_options: {quantiles: [1]}|column 33: quantiles must be a mapping of keys to values, but was \"1\"",
                "summary_options: {quantiles: [{error: 1}]}|column 33: each element of quantiles must have the key quantile",
                "summary_options: {quantiles: [{quantile: 1.1}]}|column 44: quantile must be a number from 0 to 1, but was \"1.1\"",
                "summary_options: {quantiles: [{quantile: 1, error: -1}]}|column 54: error must be a number from 0 to 1",
                "summary_options: {quantiles: [{quantil: 1}]}|column 34: \"quantil\" is not a known key of quantiles",
                "summary_options: {max_age: 5}|column 30: max_age must be a duration",
                "summary_options: {age_buckets: 101}|column 34: age_buckets must be a whole number from 0 to 100, but was \"101\"",
                "summary_options: {buf_cap: -1}|column 30: buf_cap must be a whole number from 0 to 2147483647",
                "histogram_options: {bucket: 1}|column 23: \"bucket\" is not a known key of histogram_options; the most similar key is buckets",
                "histogram_options: {buckets: [2, 1]}|column 36: buckets must be ascending numbers, but was \"1\"",
                "histogram_options: {buckets: [1, 1]}|column 36: buckets must be ascending numbers, but was \"1\"",
                "histogram_options: {buckets: [-1]}|column 33: buckets must be numbers of at least 0, but was \"-1\"",
                "histogram_options: {buckets: [.inf, 1]}|column 39: buckets must be ascending numbers",
                "histogram_options: {native_histogram_bucket_factor: -1}|column 55: native_histogram_bucket_factor must be a number of at least 0",
                "histogram_options: {native_histogram_max_buckets: 1.5}|column 53: native_histogram_max_buckets must be a whole number",
                "{observer_type: histogram, summary_options: {}}|column 34: summary_options must not be set if observer_type is histogram",
                "{observer_type: summary, histogram_options: {}}|column 32: histogram_options must not be set if observer_type is summary",
                "{match_metric_type: observer, observer_type: histogram, labels: {le: x}}|column 72: a label must not be named le in a rule for a histogram",
                "{quantiles: [], summary_options: {quantiles: []}}|column 8: quantiles must be set in summary_options alone, but is set outside of it too",
                "{buckets: [], histogram_options: {buckets: []}}|column 8: buckets must be set in histogram_options alone",
            })
    void shouldRefuseKeysOfARule(String keys, String refusal) {
        String yaml = keys.startsWith("{")
                ? "mappings:\n- match: a\n  name: n\n  <<: " + keys
                : "mappings:\n- match: a\n  name: n\n  " + keys;

        assertThat(refusal(yaml)).startsWith("line 4, " + refusal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "observer: x|column 3: \"observer\" is not a known key of defaults; the most similar key is observer_type",
                "match: x|column 3: \"match\" is not a known key of defaults",
                "match_type: x|column 15: match_type must be glob or regex",
                "observer_type: x|column 18: observer_type must be histogram or summary",
                "glob_disable_ordering: x|column 26: glob_disable_ordering must be true or false",
                "ttl: x|column 8: ttl must be a duration",
                "buckets: x|column 12: buckets must be a list",
                "quantiles: x|column 14: quantiles must be a list",
                "summary_options: x|column 20: summary_options must be a mapping",
                "histogram_options: x|column 22: histogram_options must be a mapping",
            })
    void shouldRefuseDefaults(String keys, String refusal) {
        assertThat(refusal("mappings: []\ndefaults:\n  " + keys)).startsWith("line 3, " + refusal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a.",
                ".a",
                "a..b",
                "9a",
                "a!",
                "a b",
                "**",
                "a*",
                "a.b*",
                "-a",
                "a.-b",
                "bad!!line.*",
                "\u00e4",
                "a:b"
            })
    void shouldRefuseGlobs(String glob) {
        assertThat(refusal("mappings:\n- match: '" + glob + "'\n  name: n"))
                .isEqualTo("line 2, column 10: match must be components separated by dots, each * or of the characters"
                        + " a-z, A-Z, 0-9, _ and -, but was \"" + glob + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "a", "*.*", "_a", "a-b--c", "a.9.9b", "a._", "Foo.*.bar-9"})
    void shouldReadGlobs(String glob) {
        assertThat(rules("mappings: [{match: '" + glob + "', name: n}]")
                        .map(glob.replace("*", "x"), COUNTER)
                        .name())
                .isEqualTo("n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"''", "0foo", "a-b", "a b", "a.b", "$x", "${x}", "a$", "\u00e4"})
    void shouldRefuseNames(String name) {
        assertThat(refusal("mappings:\n- match: a.*\n  name: " + name))
                .startsWith("line 3, column 9: name must be a name of the characters a-z, A-Z, 0-9 and _,"
                        + " not starting with a digit, with references such as ${1}, but was \"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"$1_total", "${2}", "$0", "$1a$2"})
    void shouldRefuseNamesThatAreAlwaysEmpty(String name) {
        assertThat(refusal("mappings:\n- match: a.*\n  name: " + name))
                .startsWith("line 3, column 9: name must be a name that is not empty:");
    }

    @Test
    void shouldRefuseRulesWithoutRequiredKeys() {
        assertThat(refusal("mappings:\n- match: a\n- name: n"))
                .isEqualTo("line 2, column 3: each element of mappings must have the key name");
        assertThat(refusal("mappings:\n\n- name: n\n  match_type: regex"))
                .isEqualTo("line 3, column 3: each element of mappings must have the key match");
        assertThat(refusal("mappings:\n- match: a\n  action: drop"))
                .isEqualTo("line 2, column 3: each element of mappings must have the key name");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mapping: []|line 1, column 1: \"mapping\" is not a known key of the file; the most similar key is mappings",
                "mappings: {}|line 1, column 11: mappings must be a list, but was a mapping",
                "mappings: x|line 1, column 11: mappings must be a list, but was \"x\"",
                "mappings: [x]|line 1, column 12: mappings must be a mapping of keys to values, but was \"x\"",
                "defaults: []|line 1, column 11: defaults must be a mapping of keys to values, but was a sequence",
                "[]|line 1, column 1: the file must be a mapping of keys to values, but was a sequence",
                "mappings: [|line 1, column 12: the file must be YAML: while parsing a flow node, expected the node content",
                "mappings: [{match: *.a}]|line 1, column 21: the file must be YAML: while scanning an alias, unexpected character",
                "mappings: *none|line 1, column 11: the file must be YAML: found undefined alias none",
                "<<: x|line 1, column 5: a merge key must have a mapping or a list of mappings",
            })
    void shouldRefuseFiles(String yaml, String refusal) {
        assertThat(refusal(yaml)).startsWith(refusal);
    }

    @Test
    void shouldRefuseTwoDocuments() {
        assertThat(refusal("mappings: []\n---\nmappings: []")).startsWith("line 2, column 1: the file must be YAML:");
    }

    @Test
    void shouldRefuseOtherEncodings() {
        byte[] latin1 = "mappings: []\n# 123\u00e4".getBytes(StandardCharsets.ISO_8859_1);
        String padding = "# \uD83D\uDE00\n".repeat(1_000);

        assertThat(catchThrowableOfType(MappingException.class, () -> MappingReader.read(latin1)))
                .hasMessage("line 2, column 6: the file must be text in UTF-8")
                .extracting(MappingException::line)
                .isEqualTo(2);
        assertThat(refusal(padding + "a: \u0007\n" + padding))
                .isEqualTo("line 1001, column 4: the file must not have the character U+0007");
        assertThat(refusal(padding + "a: \"\\x\n" + padding))
                .startsWith("line 1001, column 7: the file must be YAML: ");
    }

    @Test
    void shouldEscapeAndShortenValuesInMessages() {
        assertThat(refusal("mappings:\n- {match: \"a\\nb\\e\\u2028\", name: n}"))
                .endsWith("but was \"a\\u000ab\\u001b\\u2028\"");
        assertThat(refusal("mappings:\n- {match: '" + "\u00e4".repeat(1_000) + "', name: n}"))
                .endsWith("but was \"" + "\u00e4".repeat(100) + "...\"");
        assertThat(refusal("x".repeat(1_000) + ": y"))
                .startsWith("line 1, column 1: \"" + "x".repeat(100) + "...\" is not");
    }

    @Test
    void shouldReportErrorsInAnAliasAtTheAnchor() {
        assertThat(
                        refusal(
                                "mappings:\n- {match: a, name: n, scale: 1, labels: &x {y: z}}\n- match: b\n  name: n\n  scale: *x"))
                .startsWith("line 5, column 3: scale must be text, but was a mapping");
    }

    @Test
    void shouldBoundTheSize() {
        byte[] large = new byte[YamlDocument.MAX_BYTES + 1];
        Arrays.fill(large, (byte) ' ');

        assertThat(catchThrowableOfType(MappingException.class, () -> MappingReader.read(large)))
                .hasMessage("the file must have at most 4194304 bytes, but has 4194305");
        assertThat(refusal("mappings: [{name: n, match_type: regex, match: " + "a".repeat(4_097) + "}]"))
                .endsWith("match must have at most 4096 characters, but has 4097");
        assertThat(refusal("defaults: {buckets: ["
                        + IntStream.rangeClosed(1, 1_001)
                                .mapToObj(Integer::toString)
                                .collect(Collectors.joining(","))
                        + "]}"))
                .endsWith("buckets must have at most 1000 elements, but has 1001");
    }

    @Test
    void shouldBoundTheNesting() {
        assertThat(refusal("[".repeat(100_000))).contains("the file must be YAML: Nesting Depth exceeded max 20");
        assertThat(refusal("{a: ".repeat(1_000))).contains("Nesting Depth exceeded max 20");
        assertThat(refusal("- ".repeat(1_000))).contains("Nesting Depth exceeded max 20");
    }

    @Test
    void shouldBoundAliases() {
        StringBuilder lists = new StringBuilder("mappings:\n- &a0 {match: a, name: n}\n");
        for (int i = 1; i <= 30; i++) {
            lists.append("- &a" + i + " {<<: [*a" + (i - 1) + ", *a" + (i - 1) + "]}\n");
        }
        assertThat(refusal(lists.toString()))
                .matches("line \\d+, column \\d+: (merge keys must be nested at most 20 times"
                        + "|the file must have at most 1000000 values, those of aliases included)");

        String options = "{buckets: &b [" + "1,".repeat(10_000) + "]}";
        assertThat(refusal("mappings:\n- {match: a, name: n, histogram_options: " + options + "}"))
                .contains("must be ascending");
        String labels =
                IntStream.range(0, 10_000).mapToObj(i -> "l" + i + ": x").collect(Collectors.joining(","));
        assertThat(refusal("mappings:\n- {match: a, name: n, labels: &l {" + labels + "}}\n"
                        + "- {match: a, name: n, labels: *l}\n".repeat(100)))
                .endsWith("the file must have at most 1000000 values, those of aliases included");
        assertThat(refusal("mappings:\n- &a\n  <<: *a\n  match: a\n  name: n"))
                .endsWith("merge keys must be nested at most 20 times");
        assertThat(refusal("mappings: &m [*m]")).contains("mappings must be a mapping of keys to values");
    }
}
