package dev.percpu.ingest.mapping;

import static dev.percpu.ingest.mapping.MetricType.COUNTER;
import static dev.percpu.ingest.mapping.MetricType.GAUGE;
import static dev.percpu.ingest.mapping.MetricType.OBSERVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The mapping examples of statsd_exporter's documentation give the series that it states. */
class DocumentedMappingTest {
    private static final ObserverOptions.Summary DEFAULT_SUMMARY =
            new ObserverOptions.Summary(List.of(0.5, 0.9, 0.99), Duration.ofMinutes(10), 5);

    private static MappingRules rules(String yaml) {
        return MappingReader.read(yaml.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertSeries(MetricMapper mapper, String received, String name, Map<String, String> labels) {
        MappedMetric mapped = mapper.map(received, COUNTER);

        assertThat(mapped.drop()).as(received).isFalse();
        assertThat(mapped.name()).isEqualTo(name);
        assertThat(mapped.labels()).as(received).isEqualTo(labels);
    }

    @Test
    void shouldMapGlobs() {
        MetricMapper mapper = rules("""
                mappings:
                - match: "test.dispatcher.*.*.*"
                  name: "dispatcher_events_total"
                  labels:
                    processor: "$1"
                    action: "$2"
                    outcome: "$3"
                    job: "test_dispatcher"
                - match: "*.signup.*.*"
                  name: "signup_events_total"
                  labels:
                    provider: "$2"
                    outcome: "$3"
                    job: "${1}_server"
                """);

        assertSeries(
                mapper,
                "test.dispatcher.FooProcessor.send.success",
                "dispatcher_events_total",
                Map.of("processor", "FooProcessor", "action", "send", "outcome", "success", "job", "test_dispatcher"));
        assertSeries(
                mapper,
                "foo_product.signup.facebook.failure",
                "signup_events_total",
                Map.of("provider", "facebook", "outcome", "failure", "job", "foo_product_server"));
        assertSeries(mapper, "test.web-server.foo.bar", "test_web_server_foo_bar", Map.of());
    }

    @Test
    void shouldMapToNamesWithReferences() {
        MetricMapper mapper = rules("""
                mappings:
                - match: "test.*.*.counter"
                  name: "${2}_total"
                  labels:
                    provider: "$1"
                """);

        assertSeries(mapper, "test.acme.requests.counter", "requests_total", Map.of("provider", "acme"));
    }

    @Test
    void shouldPreferTheFirstGlobInTheRecommendedOrder() {
        MetricMapper mapper = rules("""
                mappings:
                - {match: a.b.c, name: exact}
                - {match: a.b.*, name: third}
                - {match: a.*.d, name: second}
                - {match: a.*.*, name: both}
                """);

        assertSeries(mapper, "a.b.c", "exact", Map.of());
        assertSeries(mapper, "a.b.d", "third", Map.of());
        assertSeries(mapper, "a.x.d", "second", Map.of());
        assertSeries(mapper, "a.x.y", "both", Map.of());
    }

    @Test
    void shouldHaveTheEffectOfTheRecommendedOrderWithoutOrder() {
        MetricMapper mapper = rules("""
                defaults: {glob_disable_ordering: true}
                mappings:
                - {match: a.*.*, name: both}
                - {match: a.*.d, name: second}
                - {match: a.b.*, name: third}
                - {match: a.b.c, name: exact}
                """);

        assertSeries(mapper, "a.b.c", "exact", Map.of());
        assertSeries(mapper, "a.b.d", "third", Map.of());
        assertSeries(mapper, "a.x.d", "second", Map.of());
        assertSeries(mapper, "a.x.y", "both", Map.of());
    }

    @Test
    void shouldMapRegularExpressions() {
        MetricMapper mapper = rules("""
                mappings:
                - match: "test\\\\.(\\\\w+)\\\\.(\\\\w+)\\\\.counter"
                  match_type: regex
                  name: "${2}_total"
                  labels:
                    provider: "$1"
                - match: "(.*)\\\\.(.*)--(.*)\\\\.status\\\\.(.*)\\\\.count"
                  match_type: regex
                  name: "request_total"
                  labels:
                    hostname: "$1"
                    exec: "$2"
                    protocol: "$3"
                    code: "$4"
                """);

        assertSeries(mapper, "test.acme.requests.counter", "requests_total", Map.of("provider", "acme"));
        assertSeries(
                mapper,
                "web.example.nginx--http.status.200.count",
                "request_total",
                Map.of("hostname", "web.example", "exec", "nginx", "protocol", "http", "code", "200"));
    }

    @Test
    void shouldRefuseUnescapedBackslashesInQuotationMarks() {
        assertThatThrownBy(() -> rules("""
                        mappings:
                        - match: "test\\\\.(\\w+)\\\\.(\\\\w+)\\\\.counter"
                          match_type: regex
                          name: "${2}_total"
                        """))
                .isInstanceOf(MappingException.class)
                .hasMessageStartingWith("line 2, column 20: the file must be YAML:");
    }

    @Test
    void shouldMapTheWholeNameByGroup0() {
        MetricMapper mapper = rules("""
                mappings:
                - match: ".+"
                  match_type: regex
                  name: "$0"
                  labels:
                    statsd_metric_name: "$0"
                """);

        assertSeries(
                mapper, "my.statsd_counter", "my_statsd_counter", Map.of("statsd_metric_name", "my.statsd_counter"));
    }

    @Test
    void shouldSetTheHelpText() {
        MetricMapper mapper = rules("""
                mappings:
                - match: "http.request.*"
                  help: "Total number of http requests"
                  name: "http_requests_total"
                  labels:
                    code: "$1"
                """);

        assertSeries(mapper, "http.request.404", "http_requests_total", Map.of("code", "404"));
        assertThat(mapper.map("http.request.404", COUNTER).help()).isEqualTo("Total number of http requests");
    }

    @Test
    void shouldMapTimersToSummaries() {
        MetricMapper mapper = rules("""
                mappings:
                - match: "test.timing.*.*.*"
                  observer_type: summary
                  name: "my_timer"
                  labels:
                    provider: "$2"
                    outcome: "$3"
                    job: "${1}_server"
                  summary_options:
                    quantiles:
                      - quantile: 0.99
                        error: 0.001
                      - quantile: 0.95
                        error: 0.01
                      - quantile: 0.9
                        error: 0.05
                      - quantile: 0.5
                        error: 0.005
                    max_age: 30s
                    age_buckets: 3
                    buf_cap: 1000
                """);

        assertSeries(
                mapper,
                "test.timing.shop.acme.ok",
                "my_timer",
                Map.of("provider", "acme", "outcome", "ok", "job", "shop_server"));
        assertThat(mapper.map("test.timing.shop.acme.ok", OBSERVER).observer())
                .isEqualTo(new ObserverOptions.Summary(List.of(0.5, 0.9, 0.95, 0.99), Duration.ofSeconds(30), 3));
        assertThat(mapper.map("other", OBSERVER).observer()).isEqualTo(DEFAULT_SUMMARY);
    }

    @Test
    void shouldMapTimersToHistograms() {
        MetricMapper mapper = rules("""
                mappings:
                - match: "test.timing.*.*.*"
                  observer_type: histogram
                  histogram_options:
                    buckets: [ 0.01, 0.025, 0.05, 0.1 ]
                    native_histogram_bucket_factor: 1.1
                    native_histogram_max_buckets: 256
                  name: "my_timer"
                  labels:
                    provider: "$2"
                    outcome: "$3"
                    job: "${1}_server"
                - match: other
                  observer_type: histogram
                  name: other
                """);

        assertThat(mapper.map("test.timing.shop.acme.ok", OBSERVER).observer())
                .isEqualTo(new ObserverOptions.Histogram(List.of(0.01, 0.025, 0.05, 0.1), 1.1, 256));
        assertThat(mapper.map("other", OBSERVER).observer())
                .isEqualTo(new ObserverOptions.Histogram(
                        List.of(.005, .01, .025, .05, .1, .25, .5, 1.0, 2.5, 5.0, 10.0), 1.1, 256));
    }

    @Test
    void shouldDropAllOthers() {
        MetricMapper mapper = rules("""
                mappings:
                - match: "test.timing.*.*.*"
                  name: "my_timer"
                  labels:
                    provider: "$2"
                    outcome: "$3"
                    job: "${1}_server"
                - match: "."
                  match_type: regex
                  action: drop
                  name: "dropped"
                """);

        assertSeries(
                mapper,
                "test.timing.shop.acme.ok",
                "my_timer",
                Map.of("provider", "acme", "outcome", "ok", "job", "shop_server"));
        assertThat(mapper.map("another.name", COUNTER).drop()).isTrue();
    }

    @Test
    void shouldMatchOneMetricType() {
        MetricMapper mapper = rules("""
                mappings:
                - match: "test.foo.*"
                  name: "test_foo"
                  match_metric_type: counter
                  labels:
                    provider: "$1"
                """);

        assertSeries(mapper, "test.foo.acme", "test_foo", Map.of("provider", "acme"));
        assertThat(mapper.map("test.foo.acme", GAUGE).name()).isEqualTo("test_foo_acme");
        assertThat(mapper.map("test.foo.acme", GAUGE).labels()).isEmpty();
    }

    @Test
    void shouldConvertUnits() {
        MetricMapper mapper = rules("""
                mappings:
                - match: foo.latency_ms
                  name: foo_latency_seconds
                  scale: 0.001
                - match: bar.processed_kb
                  name: bar_processed_bytes
                  scale: 1024
                - match: baz.latency_us
                  name: baz_latency_seconds
                  scale: 1e-6
                """);

        assertThat(mapper.map("foo.latency_ms", GAUGE).scale()).isEqualTo(0.001);
        assertThat(mapper.map("bar.processed_kb", GAUGE).scale()).isEqualTo(1024);
        assertThat(mapper.map("baz.latency_us", GAUGE).scale()).isEqualTo(1e-6);
        assertThat(mapper.map("other", GAUGE).scale()).isEqualTo(1);
    }

    @Test
    void shouldReadTheExampleConfiguration() {
        MetricMapper mapper = rules("""
                defaults:
                  observer_type: histogram
                  histogram_options:
                    native_histogram_bucket_factor: 1.1
                    native_histogram_max_buckets: 160
                    buckets: [.005, .01, .025, .05, .1, .25, .5, 1, 2.5 ]
                  summary_options:
                    quantiles:
                      - quantile: 0.99
                        error: 0.001
                      - quantile: 0.95
                        error: 0.01
                      - quantile: 0.9
                        error: 0.05
                      - quantile: 0.5
                        error: 0.005
                    max_age: 5m
                    age_buckets: 2
                    buf_cap: 1000
                  match_type: glob
                  glob_disable_ordering: true
                  ttl: 0
                mappings:
                  - match: "test.timing.*.*.*"
                    name: "my_timer"
                    help: "Latency of the application"
                    labels:
                      provider: "$2"
                      outcome: "$3"
                      job: "${1}_server"
                  - match: "consistent_app.timing.*.*.*"
                    name: "my_consistent_timer"
                    histogram_options:
                      native_histogram_bucket_factor: 1.005
                      buckets: [0.01, 0.011, 0.012]
                    labels:
                      provider: "$2"
                  - match: "other.distribution.*.*.*"
                    observer_type: summary
                    name: "other_distribution"
                    labels:
                      job: "${1}_server_other"
                """);

        List<Double> buckets = List.of(.005, .01, .025, .05, .1, .25, .5, 1.0, 2.5);
        assertThat(mapper.map("test.timing.a.b.c", OBSERVER))
                .isEqualTo(new MappedMetric(
                        false,
                        "my_timer",
                        "Latency of the application",
                        Map.of("provider", "b", "outcome", "c", "job", "a_server"),
                        false,
                        1,
                        new ObserverOptions.Histogram(buckets, 1.1, 160),
                        null));
        assertThat(mapper.map("consistent_app.timing.a.b.c", OBSERVER).observer())
                .isEqualTo(new ObserverOptions.Histogram(List.of(0.01, 0.011, 0.012), 1.005, 160));
        assertThat(mapper.map("other.distribution.a.b.c", OBSERVER).observer())
                .isEqualTo(new ObserverOptions.Summary(List.of(0.5, 0.9, 0.95, 0.99), Duration.ofMinutes(5), 2));
        assertThat(mapper.map("unmapped", OBSERVER).observer())
                .isEqualTo(new ObserverOptions.Histogram(buckets, 1.1, 160));
    }
}
