package dev.percpu.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.RegistryOn;
import dev.percpu.settings.Compression;
import dev.percpu.shard.JvmCellStore;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Timer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

public class ShardScrapeTest {
    private static final String TEXT = "text/plain; version=0.0.4";
    private static final String PROTOBUF =
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
    private static final String OPENMETRICS = "application/openmetrics-text; version=1.0.0";

    public static final ShardNaming NAMING = new ShardNaming() {
        @Override
        public Labels of(int shard) {
            return Labels.of("cpu", Integer.toString(shard));
        }

        @Override
        public Labels shared() {
            return Labels.of("cpu", "shared");
        }

        @Override
        public String helpSuffix() {
            return " (by shard)";
        }
    };

    private PerCpuMeterRegistry registry = new PerCpuMeterRegistry();

    @AfterEach
    void close() {
        registry.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {TEXT, "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily"})
    void shouldEndIfTheThreadIsInterrupted(String format) {
        registry.counter("calls").increment();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> registry.scrapeShards(OutputStream.nullOutputStream(), type(format), null, NAMING))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    /** Native shards, or JVM atomics. */
    enum Store {
        NATIVE,
        JVM
    }

    @ParameterizedTest
    @EnumSource
    void shouldSumToTheScrapeOfAllShards(Store store) throws Exception {
        if (store == Store.JVM) {
            registry.close();
            registry = RegistryOn.store(
                    PerCpuConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, null, new JvmCellStore());
        }
        List<Counter> counters = IntStream.range(0, 5)
                .mapToObj(i -> registry.counter("requests", "uri", "/" + i))
                .toList();
        Timer plain = registry.timer("plain");
        Timer histogram = Timer.builder("histogram")
                .publishPercentileHistogram()
                .publishPercentiles(0.5)
                .register(registry);
        DistributionSummary summary = DistributionSummary.builder("amounts")
                .serviceLevelObjectives(1, 10)
                .register(registry);
        registry.gauge("gauge", 1);
        Thread[] threads = new Thread[4];
        Arrays.setAll(
                threads,
                t -> Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 20_000; i++) {
                        counters.get(i % 5).increment(i % 7 == 0 ? 0.5 : 1);
                        // Multiples of 1/8 s and of 1/4 have exact sums in any order.
                        plain.record(Duration.ofMillis(125L * (i % 9)));
                        histogram.record(Duration.ofMillis(
                                125L * ThreadLocalRandom.current().nextInt(100)));
                        summary.record(0.25 * (i % 50));
                    }
                }));
        for (Thread thread : threads) {
            thread.join();
        }

        Map<String, Double> whole = samples(registry.scrape(TEXT));
        Map<String, Double> added = new TreeMap<>();
        samples(ofMeters(scrapeShards(TEXT, null)))
                .forEach((sample, value) ->
                        added.merge(sample.replaceAll(",?cpu=\"\\w+\",?", "").replace("{}", ""), value, Double::sum));
        whole.keySet().removeIf(sample -> sample.contains("_max") || sample.startsWith("gauge"));

        assertThat(added).isEqualTo(whole);
        assertThat(whole).hasSizeGreaterThan(80);
    }

    @Test
    void shouldLeaveOutShardsWithoutRecordsOfAMeter() throws IOException {
        registry.counter("unused");
        Counter used = registry.counter("used", "b", "c");
        used.increment();

        assertThat(ofMeters(scrapeShards(TEXT, null)).lines().filter(line -> !line.startsWith("#")))
                .singleElement()
                .asString()
                .matches("used_total\\{b=\"c\",cpu=\"\\d+\"} 1\\.0");
    }

    @Test
    void shouldLeaveOutValuesThatAreNotKeptByShard() throws IOException {
        Timer.builder("t").publishPercentiles(0.5).register(registry).record(Duration.ofSeconds(1));
        registry.gauge("g", 1);
        FunctionCounter.builder("f", this, ignored -> 1).register(registry);

        String whole = registry.scrape(TEXT);
        String scrape = ofMeters(scrapeShards(TEXT, null));

        assertThat(scrape.lines().filter(line -> line.startsWith("# TYPE")))
                .containsExactly("# TYPE t_seconds summary");
        assertThat(scrape.lines().filter(line -> !line.startsWith("#"))).hasSize(2);
        // A scrape by shard must not drain maxima or percentiles.
        assertThat(registry.scrape(TEXT)).isEqualTo(whole);
    }

    @Test
    void shouldRenameALabelOfAMeterWithTheNameOfAShardLabel() throws IOException {
        registry.counter("used", "cpu", "9", "exported_cpu", "8").increment();

        assertThat(scrapeShards(TEXT, null))
                .containsPattern("used_total\\{cpu=\"\\d+\",exported_cpu=\"8\",exported_exported_cpu=\"9\"} 1\\.0\n");
    }

    @Test
    void shouldWriteEveryFormat() throws IOException {
        Counter.builder("a").description("What a is").register(registry).increment();
        registry.timer("b").record(Duration.ofSeconds(1));

        assertThat(scrapeShards(OPENMETRICS, null))
                .contains("# HELP a What a is (by shard)\n")
                .containsOnlyOnce("# EOF\n")
                .endsWith("# EOF\n");
        assertThat(scrapeShards(PROTOBUF, null)).contains("a_total", "What a is (by shard)", "cpu", "b_seconds");
    }

    @Test
    void shouldWriteIncludedFamiliesOnly() throws IOException {
        registry.counter("a").increment();
        registry.counter("b").increment();

        assertThat(scrapeShards(TEXT, Set.of("b_total", "b")).lines())
                .noneMatch(line -> line.contains("a_total"))
                .anyMatch(line -> line.startsWith("b_total{"));
    }

    @Test
    void shouldAddTheRecordsOfEachShard() throws IOException {
        registry.counter("b").increment();
        registry.timer("t").record(Duration.ofSeconds(1));
        registry.timer("t").record(Duration.ofSeconds(1));
        for (String format : List.of(TEXT, OPENMETRICS)) {
            Map<String, Double> records = samples(scrapeShards(format, Set.of("b", "percpu_shard_records")));

            assertThat(records.keySet()).anyMatch(sample -> sample.startsWith("b_total{"));
            records.keySet().removeIf(sample -> !sample.startsWith("percpu_shard_records_total{cpu="));
            assertThat(records.values().stream().mapToDouble(it -> it).sum()).isEqualTo(2);
        }
        assertThat(scrapeShards(TEXT, Set.of("b"))).doesNotContain("percpu_shard_records");
        assertThat(scrapeShards(PROTOBUF, null)).contains("percpu_shard_records");
    }

    @Test
    void shouldWriteAMeterWithTheNameOfTheRecordsInsteadOfThem() throws IOException {
        registry.counter("percpu.shard.records", "a", "b").increment();

        assertThat(scrapeShards(TEXT, null).lines().filter(line -> !line.startsWith("#")))
                .singleElement()
                .asString()
                .matches("percpu_shard_records_total\\{a=\"b\",cpu=\"\\d+\"} 1\\.0");
    }

    private String scrapeShards(String contentType, @Nullable Set<String> names) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        registry.scrapeShards(out, type(contentType), names, NAMING);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static ScrapeType type(String contentType) {
        ScrapeNegotiation negotiation = new ScrapeNegotiation(Compression.OFF);
        return ((ScrapeNegotiation.Accepted) negotiation.negotiate(List.of(contentType), List.of())).type();
    }

    /** Returns the lines without the family of the records of each shard. */
    private static String ofMeters(String text) {
        return text.lines()
                .filter(line -> !line.contains("percpu_shard_records"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    private static Map<String, Double> samples(String text) {
        Map<String, Double> samples = new TreeMap<>();
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            assertThat(samples.put(line.substring(0, space), Double.valueOf(line.substring(space + 1))))
                    .as(line)
                    .isNull();
        });
        return samples;
    }
}
