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
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.NamingConvention;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
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

/** What is written straight from cells has the bytes that the Prometheus client's writer makes of the same values as snapshots. */
class TextScrapeTest {
    private final PrometheusRegistry collectors = new PrometheusRegistry();
    private final PerCpuMeterRegistry registry =
            new PerCpuMeterRegistry(PerCpuConfig.DEFAULT, collectors, new MockClock());

    @AfterEach
    void close() {
        registry.close();
    }

    private void shouldBeWhatTheClientWrites(String format) throws IOException {
        ExpositionFormatWriter writer = registry.getExpositionFormats().findWriter(format);
        ByteArrayOutputStream theirs = new ByteArrayOutputStream();
        MetricSnapshots snapshots = collectors.scrape();
        writer.write(theirs, snapshots);

        assertThat(registry.scrape(format)).isEqualTo(theirs.toString(StandardCharsets.UTF_8));
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
        shouldBeWhatTheClientWrites(format);
        assertThat(registry.scrape(format)).contains("buckets_seconds_bucket", "uri=\"/\\\"quoted\\\"\\\\\\n\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldReadFamiliesOutOfSeveralRegions(String format) throws IOException {
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
                .as("more than a region of counters and one of timers")
                .isGreaterThan(3 * many.statistics().strideBytes());
        ByteArrayOutputStream theirs = new ByteArrayOutputStream();
        many.getExpositionFormats().findWriter(format).write(theirs, collectorsOfMany.scrape());

        assertThat(many.scrape(format)).isEqualTo(theirs.toString(StandardCharsets.UTF_8));
        many.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldFollowMetersThatComeAndGo(String format) throws IOException {
        record();
        for (int i = 0; i < 10; i++) {
            registry.counter("calls", "uri", "/" + i).increment();
            shouldBeWhatTheClientWrites(format);
            registry.remove(registry.get("latency").timers().iterator().next());
            shouldBeWhatTheClientWrites(format);
            registry.timer("latency", "uri", "/new" + i).record(Duration.ofMillis(i));
            shouldBeWhatTheClientWrites(format);
        }
        registry.clear();
        assertThat(registry.scrape(format)).doesNotContain("calls", "latency");
        record();
        shouldBeWhatTheClientWrites(format);
    }

    /** Some at the beginning of the family, at its end, and in between; some that were there before. */
    @Test
    void shouldKeepTheOrderOfLabelsWhateverComesAndGoes() throws IOException {
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
            shouldBeWhatTheClientWrites(Peers.TEXT);
        }
        assertThat(registry.find("latency").timers()).hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldPutTheOthersInTheirPlaces(String format) throws IOException {
        record();
        registry.gauge("aaa", 1);
        registry.gauge("latency.other", 2);
        registry.gauge("zzz", 3);
        registry.more().counter("counted.elsewhere", java.util.List.of(), 4);
        io.prometheus.metrics.core.metrics.Gauge.builder()
                .name("foreign")
                .register(collectors)
                .set(5);

        shouldBeWhatTheClientWrites(format);
        assertThat(registry.scrape(format)).containsOnlyOnce("# TYPE foreign gauge");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldWriteAFamilyOnceThatACellAndAGaugeShare(String format) throws IOException {
        record();
        Gauge.builder("latency.seconds.max", () -> 7).tag("uri", "/c").register(registry);

        shouldBeWhatTheClientWrites(format);
        assertThat(registry.scrape(format))
                .containsOnlyOnce("# TYPE latency_seconds_max gauge")
                .contains("latency_seconds_max{uri=\"/c\"} 7.0")
                .contains("latency_seconds_max{uri=\"/a\"} 0.005");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldLeaveNamesThatNeedQuotesToTheClient(String format) throws IOException {
        registry.config().namingConvention(NamingConvention.identity);
        record();
        Counter.builder("with.dots").tag("dotted.label", "x").register(registry).increment();

        shouldBeWhatTheClientWrites(format);
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldWriteWhatIsRegisteredAndNothingElse(String format) throws IOException {
        record();
        registry.scrape(format);
        Meter removed = registry.get("calls").tag("uri", "/a").counter();
        registry.remove(removed);
        registry.timer("late").record(Duration.ofSeconds(1));

        shouldBeWhatTheClientWrites(format);
        assertThat(registry.scrape(format)).contains("late_seconds_sum 1.0").doesNotContain("calls_total{uri=\"/a\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldWriteTheHelpTextThatIsLeft(String format) throws IOException {
        Counter first = Counter.builder("calls").description("one").register(registry);
        registry.scrape(format);
        registry.remove(first);
        Counter.builder("calls").description("other").register(registry);

        shouldBeWhatTheClientWrites(format);
        assertThat(registry.scrape(format)).contains("other").doesNotContain("one");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldWriteTheFamiliesThatAreWanted(String format) {
        record();
        String scraped = registry.scrape(format, Set.of("latency_seconds_max", "buckets_seconds"));

        assertThat(scraped.lines().filter(line -> line.startsWith("# TYPE")))
                .containsExactly("# TYPE buckets_seconds histogram", "# TYPE latency_seconds_max gauge");
    }

    @ParameterizedTest
    @ValueSource(strings = {Peers.TEXT, Peers.OPEN_METRICS})
    void shouldKeepAMaximumWhoseReaderWentAway(String format) {
        record();
        OutputStream gone = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("gone");
            }
        };

        assertThatThrownBy(() -> registry.scrape(gone, format)).hasMessage("gone");
        assertThat(registry.scrape(format)).contains("latency_seconds_max{uri=\"/a\"} 0.005");
    }
}
