package dev.percpu.ingest.statsd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.ingest.IgnoredKind;
import dev.percpu.ingest.RejectReason;
import dev.percpu.ingest.mapping.MappedMetric;
import dev.percpu.ingest.mapping.MetricMapper;
import dev.percpu.ingest.mapping.MetricNames;
import dev.percpu.ingest.mapping.ObserverOptions;
import io.micrometer.core.instrument.Meter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StatsdParserTest {
    private ParsedPackets packets = new ParsedPackets();

    @AfterEach
    void close() {
        packets.close();
    }

    private static Arguments records(String packet, String... samples) {
        return Arguments.of(packet, List.of(samples));
    }

    static Stream<Arguments> recorded() {
        return Stream.of(
                // The cases of statsd_exporter for plain StatsD and for DogStatsD.
                records("foo:2|c", "foo 2.0"),
                records("foo:3|g", "foo 3.0"),
                records("foo:3|g|@0.2", "foo 3.0"),
                records("foo:-10|g", "foo -10.0"),
                records("foo:200|ms", "foo_count 1", "foo_sum 0.2"),
                records("foo:200|h", "foo_count 1", "foo_sum 200.0"),
                records("foo:200|d", "foo_count 1", "foo_sum 200.0"),
                records(
                        "foo:0.5|d|@0.2|#tag1:bar,#tag2:baz",
                        "foo_count{tag1=\"bar\",tag2=\"baz\"} 5",
                        "foo_sum{tag1=\"bar\",tag2=\"baz\"} 2.5"),
                records("foo#tag1=bar,tag2=baz:100|c", "foo_tag1_bar_tag2_baz 100.0"),
                records("foo.[tag1=bar,tag2=baz]test:100|c", "foo__tag1_bar_tag2_baz_test 100.0"),
                records("foo:100|c|#tag1:bar,tag2:baz", "foo{tag1=\"bar\",tag2=\"baz\"} 100.0"),
                records("foo:100|c|#tag1:bar,#tag2:baz", "foo{tag1=\"bar\",tag2=\"baz\"} 100.0"),
                records("foo:100|c|#09digits:0,tag.with.dots:1", "foo{_09digits=\"0\",tag_with_dots=\"1\"} 100.0"),
                records("foo:100|c|#tag_without_a_value", "foo 100.0"),
                records("foo:100|c|#tag_without_a_value,tag:value", "foo{tag=\"value\"} 100.0"),
                records("foo:100|c|#tag:value,,", "foo{tag=\"value\"} 100.0"),
                records("foo:100|c|#,:v,k:,#:v,#,tag:value", "foo{tag=\"value\"} 100.0"),
                records("foo:100|c|@0.1|#tag1:bar,#tag2:baz", "foo{tag1=\"bar\",tag2=\"baz\"} 1000.0"),
                records("foo:100|c|@0.1|#tag1:foo:bar", "foo{tag1=\"foo:bar\"} 1000.0"),
                records("foo:100|c|#tag:a,tag:b", "foo{tag=\"b\"} 100.0"),
                records(
                        "foo_timing:0.5:120:3000:10:20000:0.01|ms|#tag1:bar,tag2:baz",
                        "foo_timing_count{tag1=\"bar\",tag2=\"baz\"} 6",
                        "foo_timing_sum{tag1=\"bar\",tag2=\"baz\"} 23.13051"),
                records("foo_timing:0.5:120|ms", "foo_timing_count 2", "foo_timing_sum 0.1205"),
                records("foo_timing:0.5:120|ms|@0.5", "foo_timing_count 4", "foo_timing_sum 0.241"),
                records(
                        "foo_timing:0.5:120|ms|@0.5|#a:b",
                        "foo_timing_count{a=\"b\"} 4",
                        "foo_timing_sum{a=\"b\"} 0.241"),
                records("foo:0.5:120:3000|h|#a:b", "foo_count{a=\"b\"} 3", "foo_sum{a=\"b\"} 3120.5"),
                records("foo.timing:0.5|ms|@0.1", "foo_timing_count 10", "foo_timing_sum 0.005"),
                records("foo:2|c|@0", "foo 2.0"),
                records("foo:100|c|#tag1:value|c:container123", "foo{tag1=\"value\"} 100.0"),
                records("foo:100|c|#tag1:value|c:sha256:abcd", "foo{tag1=\"value\"} 100.0"),
                records("page.views:15|c|#env:dev|T1656581400", "page_views{env=\"dev\"} 15.0"),
                records("foo:42|c|T1656581400", "foo 42.0"),
                records("requests:100|c|@0.1|#s:web|c:abc|T1656581400", "requests{s=\"web\"} 1000.0"),
                records("foo:100|c|#tag:val|Tnot-a-ts", "foo{tag=\"val\"} 100.0"),
                records("foo:100|c|#tag:val|T", "foo{tag=\"val\"} 100.0"),
                // Fields in any order, newer fields, several samples of one name.
                records("foo:1|c|e:it-false,cn-x|card:low|#a:b|@0.5", "foo{a=\"b\"} 2.0"),
                records("foo:1|c|#|T1", "foo 1.0"),
                records("foo:1|c:2|c|@0.5:3|c", "foo 8.0"),
                records("foo:1:2:3|c", "foo 6.0"),
                records("foo:1:2:-5|g", "foo -3.0"),
                records("a|b:1|c", "a_b 1.0"),
                records("foo-bar--baz/9:1|c", "foo_bar_baz_9 1.0"),
                records("9lives:1|c", "_9lives 1.0"),
                records("t\u00c3\u00a9l\u00c3\u00a9:1|c|#k:v", "t_l_{k=\"v\"} 1.0"),
                // Lines.
                records("a:1|c\nb:2|c\n", "a 1.0", "b 2.0"),
                records("a:1|c\r\nb:2|c\r\n\r\n", "a 1.0", "b 2.0"),
                records("\n\na:1|c\n\n\nb:2|c|#k:v\r\n", "a 1.0", "b{k=\"v\"} 2.0"),
                records(
                        "a:1|c|@0.5\r\nb:2|ms|#k:v\nb:3|ms|#k:v",
                        "a 2.0",
                        "b_count{k=\"v\"} 2",
                        "b_sum{k=\"v\"} 0.005"),
                records("a:1|c|#k:x\ty\nb:1|c", "a{k=\"x\ty\"} 1.0", "b 1.0"));
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void shouldRecord(String packet, List<String> samples) {
        packets.receive(packet);

        assertThat(packets.samples()).isEqualTo(samples);
        assertThat(packets.rejected()).isEmpty();
    }

    private static Arguments rejects(String line, RejectReason reason) {
        return Arguments.of(line, reason);
    }

    static Stream<Arguments> rejected() {
        return Stream.of(
                rejects("foo", RejectReason.MALFORMED),
                rejects("foo:1", RejectReason.MALFORMED),
                rejects("foo:", RejectReason.MALFORMED),
                rejects("foo:x", RejectReason.MALFORMED),
                rejects("|c", RejectReason.MALFORMED),
                rejects(":100|ms", RejectReason.MALFORMED),
                rejects("k.cpu_idle_second:  0.111090  -0.055903 (  2.419002)", RejectReason.MALFORMED),
                rejects("|h|#consumer:Kafka::Shared,topic:shared", RejectReason.MALFORMED),
                rejects("foo:|c", RejectReason.VALUE),
                rejects("foo:1o|c", RejectReason.VALUE),
                rejects("foo:1 |c", RejectReason.VALUE),
                rejects("foo:1,5|c", RejectReason.VALUE),
                rejects("foo:--1|g", RejectReason.VALUE),
                rejects("foo:1.2.3|g", RejectReason.VALUE),
                rejects("foo:.|g", RejectReason.VALUE),
                rejects("foo:1e|g", RejectReason.VALUE),
                rejects("foo:1e+|g", RejectReason.VALUE),
                rejects("foo:0x10|c", RejectReason.VALUE),
                rejects("foo:NaN|h", RejectReason.NOT_FINITE),
                rejects("foo:-inf|g", RejectReason.NOT_FINITE),
                rejects("foo:+Infinity|ms", RejectReason.NOT_FINITE),
                rejects("foo:9223372036855|ms", RejectReason.OUT_OF_RANGE),
                rejects("foo:1e300|ms", RejectReason.OUT_OF_RANGE),
                rejects("foo:1e309|h", RejectReason.OUT_OF_RANGE),
                rejects("foo:1e309|g", RejectReason.OUT_OF_RANGE),
                rejects("foo:1e308|c|@0.1", RejectReason.OUT_OF_RANGE),
                rejects("foo:-1|c", RejectReason.NEGATIVE),
                rejects("foo:-1|ms", RejectReason.NEGATIVE),
                rejects("foo:-0.5|h", RejectReason.NEGATIVE),
                rejects("foo:2|t", RejectReason.TYPE),
                rejects("foo:2|", RejectReason.TYPE),
                rejects("foo:2|cc", RejectReason.TYPE),
                rejects("foo:2|m", RejectReason.TYPE),
                rejects("foo:2|msx", RejectReason.TYPE),
                rejects("foo:1|c:2|c|#a:b", RejectReason.TYPE),
                rejects("foo:1|c|@bar", RejectReason.SAMPLE_RATE),
                rejects("foo:1|c|@", RejectReason.SAMPLE_RATE),
                rejects("foo:1|c|@0.5x", RejectReason.SAMPLE_RATE),
                rejects("foo:1|c|@-0.5", RejectReason.SAMPLE_RATE),
                rejects("foo:1|c|@1.5", RejectReason.SAMPLE_RATE),
                rejects("foo:1|h|@0.0000001", RejectReason.SAMPLE_RATE),
                rejects("foo:1|c|", RejectReason.FIELD),
                rejects("foo:1|c||#a:b", RejectReason.FIELD),
                rejects("foo:1|c|x", RejectReason.FIELD),
                rejects("foo:100|c|#tag1:value|c", RejectReason.FIELD),
                rejects("foo:100|c|#tag1:value|c:", RejectReason.FIELD),
                rejects("foo:100|c|@0.1|#tag1:value|c:container|extra:component", RejectReason.FIELD),
                rejects("foo:100|c|#a:b|#c:d", RejectReason.FIELD),
                rejects("invalid\u00c3(utf8:1|c", RejectReason.ENCODING),
                rejects("foo:100|c|@0.1|#tag:\u00c3(invalid", RejectReason.ENCODING),
                rejects("foo:100|c|@0.1|#tag1:valid,tag2:\u00c3(invalid", RejectReason.ENCODING),
                rejects("foo:100|c|#\u00ff", RejectReason.ENCODING),
                rejects("n".repeat(1_025) + ":1|c", RejectReason.TOO_LONG),
                rejects("foo:1|c|#k:" + "v".repeat(1_025), RejectReason.TOO_LONG),
                rejects("foo:1|c|#" + "k".repeat(1_025) + ":v", RejectReason.TOO_LONG),
                rejects("foo:1|c|#__name__:x", RejectReason.LABEL),
                rejects("foo:1|h|#quantile:x", RejectReason.LABEL),
                rejects("good:1|g", RejectReason.CONFLICT),
                rejects("good_total:1|g", RejectReason.CONFLICT),
                rejects("http.server.requests_seconds:1|c", RejectReason.CONFLICT),
                rejects("percpu_series:1|g", RejectReason.CONFLICT));
    }

    @ParameterizedTest
    @MethodSource("rejected")
    void shouldRejectOneLineOnly(String line, RejectReason reason) {
        packets.receive("good:1|c", line, "good:1|c\n" + line + "\ngood:1|c", line + "\r\ngood:1|c");

        assertThat(packets.rejected()).containsExactly(Map.entry(reason, 3L));
        assertThat(packets.samples())
                .filteredOn(sample -> !sample.matches("foo.* 0(\\.0)?"))
                .containsExactly("good 4.0");
        assertThat(packets.counters.samples()).isEqualTo(4);
    }

    @Test
    void shouldAcceptTheLongestNamesAndTags() {
        packets.receive("n".repeat(1_024) + ":1|c", "foo:1|c|#" + "k".repeat(900) + ":" + "v".repeat(1_024));

        assertThat(packets.rejected()).isEmpty();
        assertThat(packets.counters.samples()).isEqualTo(2);
    }

    @Test
    void shouldIgnoreSetsEventsAndServiceChecksByKind() {
        packets.receive(
                "good:1|c\n_e{5,4}:title|text|#a:b\nusers:7|s\ngood:1|c\n_sc|name|0|#a:b\nusers:a:b|s|#a:b\n_e{1,1}:1|c\ngood:1|c");

        assertThat(packets.ignored())
                .containsExactly(
                        Map.entry(IgnoredKind.SET, 2L),
                        Map.entry(IgnoredKind.EVENT, 2L),
                        Map.entry(IgnoredKind.SERVICE_CHECK, 1L));
        assertThat(packets.samples()).containsExactly("good 3.0");
        assertThat(packets.rejected()).isEmpty();
    }

    @Test
    void shouldRejectBadValuesOfAListAlone() {
        packets.receive("t:1:x:2:NaN:-3:4|h|#a:b");

        assertThat(packets.samples()).containsExactly("t_count{a=\"b\"} 3", "t_sum{a=\"b\"} 7.0");
        assertThat(packets.rejected())
                .containsExactly(
                        Map.entry(RejectReason.VALUE, 1L),
                        Map.entry(RejectReason.NOT_FINITE, 1L),
                        Map.entry(RejectReason.NEGATIVE, 1L));
    }

    @Test
    void shouldRecordNothingOfAMalformedLineWithSeveralSamples() {
        packets.receive("a:1|c:x|c:3|q\nb:1|c");

        assertThat(packets.samples()).containsExactly("b 1.0");
        assertThat(packets.rejected()).containsExactly(Map.entry(RejectReason.TYPE, 1L));
    }

    @Test
    void shouldLoseOnlyTheLineThatWasCut() {
        String cut = "b:2|c|#k:" + "v".repeat(3_000);
        packets.receive("a:1|c\na:1|c\n" + cut, "a:1|c", cut);

        assertThat(packets.samples()).containsExactly("a 3.0");
        assertThat(packets.rejected()).containsExactly(Map.entry(RejectReason.TRUNCATED, 2L));
    }

    @Test
    void shouldReadNothingBehindAPacket() {
        packets.receive("a:1|c|#k:long,l:long", "a:12345678901234|c\nabcdefgh:1|ms|@0.5|#a:b,c:d,e:f");
        packets.receive("a:1", "a");

        assertThat(packets.rejected()).containsExactly(Map.entry(RejectReason.MALFORMED, 2L));
    }

    @Test
    void shouldRecordMoreLinesAndValuesThanOneFlushHolds() {
        String[] many = new String[256];
        Arrays.fill(many, "a:1|c\n".repeat(300));
        packets.receive(many);
        packets.receive("t" + ":1".repeat(900) + "|h", "m" + ":1|c".repeat(500));

        assertThat(packets.samples()).containsExactly("a 76800.0", "m 500.0", "t_count 900", "t_sum 900.0");
    }

    @Test
    void shouldFindASeriesForEveryOrderOfItsTags() {
        packets.receive("a:1|c|#x:1,y:2", "a:2|c|#y:2,x:1", "a:4|c|#x:1,novalue,y:2");

        assertThat(packets.samples()).containsExactly("a{x=\"1\",y=\"2\"} 7.0");
        assertThat(packets.registry.getMeters()).hasSize(1);
        assertThat(packets.parser.knownLines()).isEqualTo(3);
    }

    @Test
    void shouldRecordMillisecondsAndSecondsIntoOneSeries() {
        packets.receive("a:250|ms", "a:0.75|h", "b:0.75|d", "b:250|ms");

        assertThat(packets.samples()).containsExactly("a_count 2", "a_sum 1.0", "b_count 2", "b_sum 1.0");
        assertThat(packets.registry.getMeters().stream()
                        .map(meter -> meter.getId().getType()))
                .containsExactlyInAnyOrder(Meter.Type.TIMER, Meter.Type.DISTRIBUTION_SUMMARY);
    }

    private void map(MetricMapper mapper) {
        map(mapper, Integer.MAX_VALUE, Map.of());
    }

    private void map(MetricMapper mapper, int seriesPerSender, Map<String, String> settings) {
        packets.close();
        packets = new ParsedPackets(() -> mapper, seriesPerSender, settings);
    }

    @Test
    void shouldAddLabelsOfTheMapping() {
        Map<String, String> labels = Map.of("tag", "mapped", "job", "j");
        map((name, type) ->
                new MappedMetric(false, "all", "Help.", labels, name.equals("honored"), 1, ParsedPackets.PLAIN, null));
        packets.receive("a:1|c|#tag:sent", "honored:2|c|#tag:sent");

        assertThat(packets.samples())
                .containsExactly("all{job=\"j\",tag=\"mapped\"} 1.0", "all{job=\"j\",tag=\"sent\"} 2.0");
    }

    @Test
    void shouldScaleValues() {
        map((name, type) -> new MappedMetric(false, name, "Help.", Map.of(), false, 0.001, ParsedPackets.PLAIN, null));
        packets.receive("c:5000|c", "g:5000|g", "g:-1000|g", "t:5000000|ms", "t:1e300|ms", "h:5000|h");

        assertThat(packets.samples())
                .containsExactly("c 5.0", "g 4.0", "h_count 1", "h_sum 5.0", "t_count 1", "t_sum 5.0");
        assertThat(packets.rejected()).containsExactly(Map.entry(RejectReason.OUT_OF_RANGE, 1L));
    }

    @Test
    void shouldCountSamplesThatTheMappingDrops() {
        map((name, type) -> new MappedMetric(true, "", "", Map.of(), false, 1, ParsedPackets.PLAIN, null));
        packets.receive("a:1|c", "a:1:2|h");

        assertThat(packets.ignored()).containsExactly(Map.entry(IgnoredKind.DROPPED_BY_MAPPING, 3L));
        assertThat(packets.samples()).isEmpty();
    }

    @Test
    void shouldRejectAnEmptyNameOfTheMapping() {
        map((name, type) -> new MappedMetric(false, "", "", Map.of(), false, 1, ParsedPackets.PLAIN, null));
        packets.receive("a:1|c");

        assertThat(packets.rejected()).containsExactly(Map.entry(RejectReason.EMPTY_NAME, 1L));
    }

    @Test
    void shouldPublishHistograms() {
        ObserverOptions histogram =
                new ObserverOptions.Histogram(List.of(0.0, 0.1, 1.0, Double.POSITIVE_INFINITY), 1.1, 0);
        map((name, type) -> ParsedPackets.mapped(name, histogram, null));
        packets.receive("t:100:101|ms", "h:0.1:2|h");

        assertThat(packets.samples())
                .containsExactly(
                        "h_bucket{le=\"+Inf\"} 2",
                        "h_bucket{le=\"0.1\"} 1",
                        "h_bucket{le=\"1.0\"} 1",
                        "h_count 2",
                        "h_sum 2.1",
                        "t_bucket{le=\"+Inf\"} 2",
                        "t_bucket{le=\"0.1\"} 1",
                        "t_bucket{le=\"1.0\"} 2",
                        "t_count 2",
                        "t_sum 0.201");
    }

    @Test
    void shouldPublishQuantiles() {
        ObserverOptions summary = new ObserverOptions.Summary(List.of(0.5, 0.99), Duration.ofMinutes(10), 5);
        map((name, type) -> ParsedPackets.mapped(name, summary, null));
        packets.receive("h:4:4:4:4:4:4:4:4:4:64|h");

        assertThat(packets.samples())
                .containsExactly("h_count 10", "h_sum 100.0", "h{quantile=\"0.5\"} 4.0", "h{quantile=\"0.99\"} 67.75");
    }

    @Test
    void shouldUseANewMappingForTheNextBatch() {
        packets.close();
        AtomicReference<MetricMapper> mapper = new AtomicReference<>(ParsedPackets::unmapped);
        packets = new ParsedPackets(mapper::get, Integer.MAX_VALUE, Map.of());
        packets.receive("a:1|c");
        mapper.set((name, type) -> ParsedPackets.unmapped("new_" + name, type));
        packets.receive("a:2|c");

        assertThat(packets.samples()).containsExactly("a 1.0", "new_a 2.0");
        assertThat(packets.parser.knownLines()).isEqualTo(1);
    }

    @Test
    void shouldCountAFailureOfTheMappingAndGoOn() {
        map((name, type) -> {
            if (name.equals("bad")) {
                throw new IllegalStateException("on purpose");
            }
            return ParsedPackets.unmapped(MetricNames.escape(name), type);
        });
        packets.receive("a:1|c\nbad:1:2|c\na:1|c", "bad:1|c", "a:1|c");

        assertThat(packets.rejected()).containsExactly(Map.entry(RejectReason.ERROR, 3L));
        assertThat(packets.samples()).containsExactly("a 3.0");
    }

    @Test
    void shouldRecordIntoTheOverflowSeriesBeyondTheBudgetOfASender() {
        map(ParsedPackets::unmapped, 2, Map.of());
        packets.from(7).receive("a:1|c|#u:1", "a:1|c|#u:2", "a:1|c|#u:3", "a:1|c|#u:4", "a:1|c|#u:3", "g:1|g|#u:1");
        packets.from(8).receive("a:1|c|#u:3", "a:1|c|#u:4", "a:1|c|#u:5", "a:1|c|#u:1");
        packets.from(7).receive("a:1|c|#u:3", "a:1|c|#u:6");

        assertThat(packets.samples())
                .containsExactly(
                        "a{u=\"1\"} 2.0",
                        "a{u=\"2\"} 1.0",
                        "a{u=\"3\"} 2.0",
                        "a{u=\"4\"} 1.0",
                        "a{u=\"overflow\"} 5.0");
        assertThat(packets.rejected()).containsExactly(Map.entry(RejectReason.SERIES_LIMIT, 1L));
    }

    @Test
    void shouldKeepTotalsBeyondTheLimitOfSeries() {
        map(ParsedPackets::unmapped, Integer.MAX_VALUE, Map.of("percpu.series.max", "10"));
        for (int i = 0; i < 100; i++) {
            packets.receive("a:1|c|#u:" + i, "t:1|ms|#u:" + i, "h:1|h|#u:" + i + "\na:1|c|#u:" + i);
        }

        assertThat(total("a{")).isEqualTo(200);
        assertThat(total("t_count{")).isEqualTo(100);
        assertThat(total("h_sum{")).isEqualTo(100);
        assertThat(packets.rejected()).isEmpty();
    }

    private double total(String prefix) {
        return packets.samples().stream()
                .filter(line -> line.startsWith(prefix))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void shouldStayCorrectWhenTheTableIsTooSmall() {
        StatsdParser small = ParsedPackets.parser(
                packets.factory(Integer.MAX_VALUE), () -> ParsedPackets::unmapped, packets.counters, 5);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 50; i++) {
                packets.receiveBy(small, "a:1|c|#u:" + i);
            }
        }

        assertThat(total("a{")).isEqualTo(150);
        assertThat(packets.registry.getMeters()).hasSize(50);
        assertThat(small.knownLines()).isLessThanOrEqualTo(5);
    }
}
