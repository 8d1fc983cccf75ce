package dev.percpu.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.percpu.parity.Peers;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.RegistryOn;
import dev.percpu.shard.NativeStores;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.NamingConvention;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the text of cell meters with what the Prometheus client's writer writes for snapshots of the same values. */
class ScrapeWriterTest {
    private static final String PROTOBUF =
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

    private final PrometheusRegistry collectors = new PrometheusRegistry();
    private final PerCpuMeterRegistry registry =
            new PerCpuMeterRegistry(PerCpuConfig.DEFAULT, collectors, new MockClock());

    @AfterEach
    void close() {
        registry.close();
    }

    private void assertThatScrapeEqualsTheClients(String format) throws IOException {
        ExpositionFormatWriter writer = ExpositionFormats.init().findWriter(format);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        MetricSnapshots snapshots = collectors.scrape();
        writer.write(expected, snapshots);

        assertThat(registry.scrape(format)).isEqualTo(expected.toString(StandardCharsets.UTF_8));
    }

    private void record() {
        for (String uri : new String[] {"/b", "/a", "/\"quoted\"\\\n", "/ä€😀"}) {
            Counter.builder("calls").tag("uri", uri).register(registry).increment();
            Timer.builder("latency").tag("uri", uri).register(registry).record(Duration.ofMillis(5));
            Timer.builder("buckets")
                    .tag("uri", uri)
                    .publishPercentileHistogram()
                    .register(registry)
                    .record(Duration.ofNanos(123_456_789));
            Timer.builder("quantiles")
                    .tag("uri", uri)
                    .publishPercentiles(0.5, 0.99)
                    .register(registry)
                    .record(Duration.ofSeconds(2));
            DistributionSummary.builder("sizes")
                    .tag("uri", uri)
                    .serviceLevelObjectives(0.5, 10)
                    .register(registry)
                    .record(0.1);
        }
        registry.counter("plain").increment(1e9 + 0.5);
        registry.timer("idle");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldWriteEveryKindOfCell(String format) throws IOException {
        record();
        assertThatScrapeEqualsTheClients(format);
        assertThat(registry.scrape(format)).contains("buckets_seconds_bucket", "uri=\"/\\\"quoted\\\"\\\\\\n\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldReadFamiliesInSeveralRegions(String format) throws IOException {
        PrometheusRegistry collectorsOfMany = new PrometheusRegistry();
        PerCpuMeterRegistry many = RegistryOn.store(
                PerCpuConfig.DEFAULT, collectorsOfMany, new MockClock(), null, NativeStores.ofSmallRegions());
        for (int i = 0; i < 5_000; i++) {
            many.counter("calls", "n", "" + i).increment(i);
            if (i % 25 == 0) {
                Timer.builder("buckets")
                        .tag("n", "" + i)
                        .publishPercentileHistogram()
                        .register(many)
                        .record(Duration.ofMillis(i));
            }
        }
        assertThat(many.statistics().reservedBytes())
                .as("more than one region of counters and one of timers")
                .isGreaterThan(3 * many.statistics().strideBytes());
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        ExpositionFormats.init().findWriter(format).write(expected, collectorsOfMany.scrape());

        assertThat(many.scrape(format)).isEqualTo(expected.toString(StandardCharsets.UTF_8));
        many.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldFollowRegistrationsAndRemovals(String format) throws IOException {
        record();
        for (int i = 0; i < 10; i++) {
            registry.counter("calls", "uri", "/" + i).increment();
            assertThatScrapeEqualsTheClients(format);
            registry.remove(registry.get("latency").timers().iterator().next());
            assertThatScrapeEqualsTheClients(format);
            registry.timer("latency", "uri", "/new" + i).record(Duration.ofMillis(i));
            assertThatScrapeEqualsTheClients(format);
        }
        registry.clear();
        assertThat(registry.scrape(format)).doesNotContain("calls", "latency");
        record();
        assertThatScrapeEqualsTheClients(format);
    }

    /** Meters are added and removed at the beginning, middle and end of a family; some ids are registered again. */
    @Test
    void shouldSortByLabelsAfterRandomRegistrationsAndRemovals() throws IOException {
        Random random = new Random(7);
        for (int step = 0; step < 300; step++) {
            for (int i = random.nextInt(4); i > 0; i--) {
                String uri = "/" + random.nextInt(200);
                registry.timer("latency", "uri", uri).record(Duration.ofMillis(1 + random.nextInt(900)));
                registry.counter("calls", "uri", uri).increment();
            }
            List<Timer> timers = List.copyOf(registry.find("latency").timers());
            for (int i = Math.min(random.nextInt(3), timers.size()); i > 0; i--) {
                registry.remove(timers.get(random.nextInt(timers.size())));
            }
            assertThatScrapeEqualsTheClients(Peers.TEXT);
        }
        assertThat(registry.find("latency").timers()).hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldSortFamiliesOfGaugesAndCollectorsAmongFamiliesOfCells(String format) throws IOException {
        record();
        registry.gauge("aaa", 1);
        registry.gauge("latency.other", 2);
        registry.gauge("zzz", 3);
        registry.more().counter("counted.elsewhere", java.util.List.of(), 4);
        io.prometheus.metrics.core.metrics.Gauge.builder()
                .name("external")
                .register(collectors)
                .set(5);

        assertThatScrapeEqualsTheClients(format);
        assertThat(registry.scrape(format)).containsOnlyOnce("# TYPE external gauge");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldWriteAFamilyOfCellsAndAGaugeOnce(String format) throws IOException {
        record();
        Gauge.builder("latency.seconds.max", () -> 7).tag("uri", "/c").register(registry);

        assertThatScrapeEqualsTheClients(format);
        assertThat(registry.scrape(format))
                .containsOnlyOnce("# TYPE latency_seconds_max gauge")
                .contains("latency_seconds_max{uri=\"/c\"} 7.0")
                .contains("latency_seconds_max{uri=\"/a\"} 0.005");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldWriteNamesThatNeedQuotationMarksByTheClientsWriter(String format) throws IOException {
        registry.config().namingConvention(NamingConvention.identity);
        record();
        Counter.builder("with.dots").tag("dotted.label", "x").register(registry).increment();

        assertThatScrapeEqualsTheClients(format);
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldWriteRegisteredMetersOnly(String format) throws IOException {
        record();
        registry.scrape(format);
        Meter removed = registry.get("calls").tag("uri", "/a").counter();
        registry.remove(removed);
        registry.timer("late").record(Duration.ofSeconds(1));

        assertThatScrapeEqualsTheClients(format);
        assertThat(registry.scrape(format)).contains("late_seconds_sum 1.0").doesNotContain("calls_total{uri=\"/a\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldWriteTheHelpTextOfTheRemainingMeter(String format) throws IOException {
        Counter first = Counter.builder("calls").description("one").register(registry);
        registry.scrape(format);
        registry.remove(first);
        Counter.builder("calls").description("other").register(registry);

        assertThatScrapeEqualsTheClients(format);
        assertThat(registry.scrape(format)).contains("other").doesNotContain("one");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldKeepTheHelpTextWhenMetersOfOtherFamiliesAreAdded(String format) throws IOException {
        for (int i = 0; i < 300; i++) {
            Counter.builder("calls." + i).description("one").tag("n", "a" + i).register(registry);
            Counter.builder("calls." + i).description("other").tag("n", "b" + i).register(registry);
        }
        assertThatScrapeEqualsTheClients(format);
        // The registry's map of meters grows, which changes its order. Gauges change no family of cell meters.
        for (int i = 0; i < 1_000; i++) {
            registry.gauge("g." + i, i);
        }

        assertThatScrapeEqualsTheClients(format);
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldWriteTheSameHelpTextForANameThatNeedsQuotationMarks(String format) throws IOException {
        for (int i = 0; i < 50; i++) {
            String name = "sizes." + i;
            DistributionSummary.builder(name)
                    .description("one")
                    .tag("n", "a" + i)
                    .baseUnit("B/s")
                    .register(registry);
            DistributionSummary.builder(name)
                    .description("other")
                    .tag("n", "b" + i)
                    .baseUnit("B/s")
                    .register(registry);
        }

        assertThatScrapeEqualsTheClients(format);
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldWriteIncludedFamiliesOnly(String format) {
        record();
        String scraped = registry.scrape(format, Set.of("latency_seconds_max", "buckets_seconds"));

        assertThat(scraped.lines().filter(line -> line.startsWith("# TYPE")))
                .containsExactly("# TYPE buckets_seconds histogram", "# TYPE latency_seconds_max gauge");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldKeepAMaximumIfTheClientDisconnects(String format) {
        record();
        OutputStream disconnected = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("disconnected");
            }
        };

        assertThatThrownBy(() -> registry.scrape(disconnected, format)).hasMessage("disconnected");
        assertThat(registry.scrape(format)).contains("latency_seconds_max{uri=\"/a\"} 0.005");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/openmetrics-text; version=1.0.0", PROTOBUF})
    void shouldLeaveOutOnlyTheSeriesThatASchemeCannotEscape(String format) {
        registry.config().namingConvention(NamingConvention.identity);
        registry.counter("calls", "_hidden", "a").increment();
        registry.counter("others", "shown", "b").increment();
        registry.gauge("level", Tags.of("_hidden", "a"), 3);
        registry.gauge("level", Tags.of("shown", "b"), 4);

        for (String scheme : new String[] {"dots", "underscores", "values", "allow-utf-8"}) {
            String scraped = registry.scrape(format + "; escaping=" + scheme);
            assertThat(scraped).contains("others", "level", "shown");
            assertThat(scraped.contains("hidden")).as(scheme).isEqualTo(!scheme.equals("dots"));
        }
    }
}
