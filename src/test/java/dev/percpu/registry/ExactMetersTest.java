package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.ProtobufNames;
import dev.percpu.histogram.NativeHistogramSettings;
import dev.percpu.meter.PerCpuCounter;
import dev.percpu.meter.SettableGauge;
import dev.percpu.settings.HistogramMode;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.JvmCellStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusProtobufWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExactMetersTest {
    private static final ExactOptions ADMITTED = new ExactOptions(null, () -> true);
    private static final ExactOptions NOT_ADMITTED = new ExactOptions(null, () -> false);
    private static final String OPENMETRICS = OpenMetricsTextFormatWriter.CONTENT_TYPE;

    private final MockClock clock = new MockClock();
    private final PerCpuMeterRegistry registry = open(Map.of());
    private final ExactMeters meters = new ExactMeters(registry);
    private final List<PerCpuMeterRegistry> opened = new ArrayList<>(List.of(registry));

    private PerCpuMeterRegistry open(Map<String, String> settings) {
        PerCpuConfig config = settings::get;
        return new PerCpuMeterRegistry(config, new PrometheusRegistry(), clock, null, new JvmCellStore());
    }

    private PerCpuMeterRegistry reopen(Map<String, String> settings) {
        PerCpuMeterRegistry other = open(settings);
        opened.add(other);
        return other;
    }

    @AfterEach
    void close() {
        opened.forEach(PerCpuMeterRegistry::close);
    }

    private static Meter.Id id(String name, String... labels) {
        return new Meter.Id(name, Tags.of(labels), null, "Help of " + name, Meter.Type.OTHER);
    }

    private void count(String name, double amount, String... labels) {
        ((Counter) meter(meters.counter(id(name, labels), ADMITTED))).increment(amount);
    }

    private static Meter meter(ExactSeries series) {
        assertThat(series.reason()).isNull();
        assertThat(series.meter()).isNotNull();
        return series.meter();
    }

    private static String samples(String scrape, String name) {
        return String.join(
                "\n", scrape.lines().filter(line -> line.contains(name)).toList());
    }

    @ParameterizedTest
    @CsvSource({"orders,orders", "orders_total,orders", "orders_seconds,orders_seconds"})
    void shouldWriteTheNameOfACounterUnchangedInTheTextFormat(String name, String openMetrics) {
        count(name, 3, "container_id", "a", "Region", "b");

        assertThat(samples(registry.scrape(), "orders"))
                .isEqualTo("# HELP " + name + " Help of " + name + "\n# TYPE " + name + " counter\n" + name
                        + "{Region=\"b\",container_id=\"a\"} 3.0");
        assertThat(samples(registry.scrape(OPENMETRICS), "orders"))
                .isEqualTo("# TYPE " + openMetrics + " counter\n# HELP " + openMetrics + " Help of " + name + "\n"
                        + openMetrics + "_total{Region=\"b\",container_id=\"a\"} 3.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "orders_total"})
    void shouldWriteTheSuffixOfACounterOnceInProtobuf(String name) throws IOException {
        count(name, 3);

        assertThat(ProtobufNames.of(registry)).containsExactly("orders_total");
    }

    @Test
    void shouldHaveSeriesWithOtherLabelNamesInOneFamily() {
        count("orders", 1);
        count("orders", 2, "a", "x");
        count("orders", 3, "b", "y", "a", "x");

        assertThat(samples(registry.scrape(), "orders"))
                .endsWith("counter\norders 1.0\norders{a=\"x\"} 2.0\norders{a=\"x\",b=\"y\"} 3.0");
    }

    @Test
    void shouldWriteATimerAndASummaryInOneFamilyWithoutUnitAndMaximum() {
        DistributionStatisticConfig quantiles =
                DistributionStatisticConfig.builder().percentiles(0.5).build();
        Timer timer = (Timer)
                meter(meters.timer(id("latency", "from", "ms"), quantiles, NativeHistogramSettings.DEFAULT, ADMITTED));
        DistributionSummary summary = (DistributionSummary)
                meter(meters.summary(id("latency", "from", "h"), quantiles, NativeHistogramSettings.DEFAULT, ADMITTED));
        timer.record(1 << 28, TimeUnit.NANOSECONDS);
        summary.record(0.5);

        assertThat(registry.scrape()).isEqualTo("""
                        # HELP latency Help of latency
                        # TYPE latency summary
                        latency{from="h",quantile="0.5"} 0.5
                        latency_count{from="h"} 1
                        latency_sum{from="h"} 0.5
                        latency{from="ms",quantile="0.5"} 0.268435456
                        latency_count{from="ms"} 1
                        latency_sum{from="ms"} 0.268435456
                        """);
        assertThat(registry.scrape(OPENMETRICS))
                .contains("latency_sum{from=\"ms\"} 0.268435456")
                .doesNotContain("_max");
        assertThat(registry.scrape(PrometheusProtobufWriter.CONTENT_TYPE)).doesNotContain("_max");
    }

    @Test
    void shouldPublishAHistogramWithGivenSettings() {
        DistributionStatisticConfig statistics = DistributionStatisticConfig.builder()
                .serviceLevelObjectives(0.5, 2)
                .percentilesHistogram(true)
                .minimumExpectedValue(0.01)
                .maximumExpectedValue(100.0)
                .build();
        NativeHistogramSettings settings =
                NativeHistogramSettings.DEFAULT.withMode(HistogramMode.NATIVE).withSchema(2);
        ((DistributionSummary) meter(meters.summary(id("size"), statistics, settings, ADMITTED))).record(1);

        assertThat(samples(registry.scrape(), "size"))
                .endsWith("histogram\nsize_bucket{le=\"0.5\"} 0\nsize_bucket{le=\"2.0\"} 1\n"
                        + "size_bucket{le=\"+Inf\"} 1\nsize_count 1\nsize_sum 1.0");
    }

    @Test
    void shouldReturnTheSameMeterForTheSameId() {
        Meter first = meter(meters.counter(id("orders", "a", "x"), ADMITTED));

        assertThat(meters.counter(id("orders", "a", "x"), NOT_ADMITTED).meter()).isSameAs(first);
        assertThat(meters.gauge(id("orders", "a", "x"), ADMITTED).meter()).isSameAs(first);
    }

    @Test
    void shouldRejectTheNameOfAnotherType() {
        count("orders", 1, "a", "x");

        assertRejected(meters.gauge(id("orders", "a", "y"), ADMITTED), "orders");
        assertThat(registry.seriesStatistics().registered()).isEqualTo(1);
    }

    @Test
    void shouldMakeNoCellForARejectedMeter() {
        AtomicInteger cells = new AtomicInteger();
        CellStore store = new JvmCellStore();
        CellStore counting = (CellStore) Proxy.newProxyInstance(
                CellStore.class.getClassLoader(), new Class<?>[] {CellStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().startsWith("new")) {
                        cells.incrementAndGet();
                    }
                    return method.invoke(store, arguments);
                });
        PerCpuMeterRegistry counted =
                new PerCpuMeterRegistry(PerCpuConfig.DEFAULT, new PrometheusRegistry(), clock, null, counting);
        opened.add(counted);
        ExactMeters victims = new ExactMeters(counted);
        victims.gauge(id("victim"), ADMITTED);
        DistributionStatisticConfig quantiles =
                DistributionStatisticConfig.builder().percentiles(0.5).build();
        DistributionStatisticConfig buckets = DistributionStatisticConfig.builder()
                .serviceLevelObjectives(1.0)
                .build();
        NativeHistogramSettings histogram = NativeHistogramSettings.DEFAULT;
        for (int i = 0; i < 100_000; i++) {
            Meter.Id id = id("victim", "a", "" + i);
            assertRejected(victims.timer(id, quantiles, histogram, i % 2 == 0 ? ADMITTED : NOT_ADMITTED), "victim");
        }
        assertRejected(victims.summary(id("victim", "a", "x"), buckets, histogram, ADMITTED), "victim");
        assertRejected(victims.counter(id("victim", "a", "x"), ADMITTED), "victim");
        assertRejected(victims.counter(id("other", "__name__", "x"), ADMITTED), "__name__");
        assertRejected(victims.timer(id("other", "quantile", "x"), quantiles, histogram, ADMITTED), "quantile");

        assertThat(cells).hasValue(0);
        assertThat(counted.seriesStatistics()).isEqualTo(new SeriesStatistics(1, 0, 0, 0));
    }

    private static void assertRejected(ExactSeries series, String reason) {
        assertThat(series.state()).isEqualTo(ExactSeries.State.REJECTED);
        assertThat(series.meter()).isNull();
        assertThat(series.reason()).contains(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jobs", "jobs_total", "waits_seconds", "waits_seconds_sum", "waits_seconds_max", "level"})
    void shouldRejectTheNameOfAFamilyOfTheApplication(String name) {
        registry.counter("jobs").increment();
        registry.timer("waits").record(Duration.ofSeconds(1));
        registry.gauge("level", 1);
        String before = registry.scrape();

        assertRejected(meters.counter(id(name), ADMITTED), "must");
        assertRejected(meters.gauge(id(name), ADMITTED), "must");

        assertThat(registry.scrape()).isEqualTo(before);
        assertThat(registry.seriesStatistics().registered()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"latency_sum", "latency_count", "orders_total"})
    void shouldRejectTheNameOfASampleOfAnotherFamily(String name) {
        count("orders", 1);
        meters.summary(id("latency"), DistributionStatisticConfig.NONE, NativeHistogramSettings.DEFAULT, ADMITTED);

        assertRejected(meters.gauge(id(name), ADMITTED), "samples of other families");
    }

    @Test
    void shouldRejectAFamilyWhoseSampleHasTheNameOfAnother() {
        count("latency_sum", 1);

        assertRejected(
                meters.timer(
                        id("latency"), DistributionStatisticConfig.NONE, NativeHistogramSettings.DEFAULT, ADMITTED),
                "latency_sum");
    }

    @ParameterizedTest
    @ValueSource(strings = {"quantile", "__name__"})
    void shouldRejectReservedLabels(String label) {
        assertRejected(
                meters.summary(
                        id("latency", label, "x"),
                        DistributionStatisticConfig.NONE,
                        NativeHistogramSettings.DEFAULT,
                        ADMITTED),
                label);
    }

    @Test
    void shouldNotShareMetersWithTheApplication() {
        count("orders", 1);
        registry.config().meterFilter(MeterFilter.deny()).commonTags("app", "a");
        count("items", 1);

        assertThat(registry.scrape()).contains("\norders 1.0\n", "\nitems 1.0\n");
        assertThat(registry.getMeters()).hasSize(2);
    }

    @Test
    void shouldRecordIntoTheOverflowSeriesBeyondTheLimit() {
        PerCpuMeterRegistry small = reopen(Map.of("percpu.series.max", "2"));
        ExactMeters limited = new ExactMeters(small);
        for (int i = 0; i < 10; i++) {
            ExactSeries series = limited.counter(id("orders", "user", "u" + i), ADMITTED);
            assertThat(series.state()).isEqualTo(i < 2 ? ExactSeries.State.OWN : ExactSeries.State.OVERFLOW);
            ((Counter) meter(series)).increment();
        }

        assertThat(samples(small.scrape(), "orders{"))
                .isEqualTo("orders{user=\"overflow\"} 8.0\norders{user=\"u0\"} 1.0\norders{user=\"u1\"} 1.0");
        assertThat(limited.gauge(id("level"), ADMITTED).state()).isEqualTo(ExactSeries.State.BEYOND_LIMIT);
        small.counter("hits").increment();
        assertThat(small.seriesStatistics()).isEqualTo(new SeriesStatistics(2, 2, 10, 0));
    }

    @Test
    void shouldRecordIntoTheOverflowSeriesIfNotAdmitted() {
        count("orders", 1, "user", "a");
        ((Counter) meter(meters.counter(id("orders", "user", "b"), NOT_ADMITTED))).increment(2);
        ((Counter) meter(meters.counter(id("orders", "user", "overflow"), ADMITTED))).increment(4);

        assertThat(samples(registry.scrape(), "orders{"))
                .isEqualTo("orders{user=\"a\"} 1.0\norders{user=\"overflow\"} 6.0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldUseTheMeterThatHasTheLabelsOfTheOverflowSeries(boolean limitOfRegistry) {
        PerCpuMeterRegistry small = reopen(limitOfRegistry ? Map.of("percpu.series.max", "2") : Map.of());
        ExactMeters limited = new ExactMeters(small);
        ExactOptions firstTwo =
                new ExactOptions(null, () -> small.seriesStatistics().registered() < 2);
        for (String value : List.of("overflow", "1", "2", "3")) {
            ((Counter) meter(limited.counter(id("a", "k", value), limitOfRegistry ? ADMITTED : firstTwo))).increment();
        }

        assertThat(samples(small.scrape(), "a{")).isEqualTo("a{k=\"1\"} 1.0\na{k=\"overflow\"} 3.0");
        assertThat(samples(small.scrape(OPENMETRICS), "a_total{"))
                .isEqualTo("a_total{k=\"1\"} 1.0\na_total{k=\"overflow\"} 3.0");
        assertThat(small.getMeters()).hasSize(2);
        assertThat(small.seriesStatistics()).isEqualTo(new SeriesStatistics(2, 0, 2, 0));
    }

    @Test
    void shouldUseATimerWithTheLabelsOfTheOverflowSeriesForSummaries() {
        DistributionStatisticConfig none = DistributionStatisticConfig.NONE;
        NativeHistogramSettings histogram = NativeHistogramSettings.DEFAULT;
        Meter timer = meter(meters.timer(id("a", "k", "overflow"), none, histogram, ADMITTED));
        ExactSeries summary = meters.summary(id("a", "k", "1"), none, histogram, NOT_ADMITTED);
        DistributionStatisticConfig buckets = DistributionStatisticConfig.builder()
                .serviceLevelObjectives(1.0)
                .build();

        assertThat(summary.state()).isEqualTo(ExactSeries.State.OVERFLOW);
        assertThat(summary.meter()).isSameAs(timer);
        assertRejected(meters.summary(id("a", "k", "2"), buckets, histogram, NOT_ADMITTED), "a");
    }

    @Test
    void shouldHideEachSeriesAfterItsOwnTime() {
        ExactOptions minute = new ExactOptions(Duration.ofMinutes(1), () -> true);
        Counter counter = (Counter) meter(meters.counter(id("orders", "user", "a"), minute));
        SettableGauge gauge = (SettableGauge) meter(meters.gauge(id("level", "user", "a"), minute));
        count("orders", 1, "user", "b");
        ((SettableGauge) meter(meters.gauge(id("level", "user", "b"), ADMITTED))).set(5);
        counter.increment();
        gauge.set(1);
        registry.scrape();
        clock.add(Duration.ofSeconds(59));
        assertThat(registry.scrape()).contains("orders{user=\"a\"}", "level{user=\"a\"}");
        clock.add(Duration.ofSeconds(1));
        assertThat(registry.scrape())
                .doesNotContain("user=\"a\"")
                .contains("orders{user=\"b\"} 1.0", "level{user=\"b\"} 5.0");
        assertThat(registry.scrape(OPENMETRICS)).doesNotContain("user=\"a\"");
        counter.increment();
        gauge.add(1);

        assertThat(registry.scrape()).contains("orders{user=\"a\"} 2.0", "level{user=\"a\"} 2.0");
    }

    @Test
    void shouldScrapeEveryMeterWhileBothKindsAreRegistered() throws InterruptedException {
        int each = 2_000;
        Thread application = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < each; i++) {
                registry.counter("hits", "i", "" + i).increment();
            }
        });
        Thread scrapes = Thread.ofPlatform().start(() -> {
            while (application.isAlive()) {
                registry.scrape();
            }
        });
        for (int i = 0; i < each; i++) {
            count("orders", 1, "i", "" + i);
        }
        application.join();
        scrapes.join();

        assertThat(Stream.of("hits_total{", "orders{")
                        .map(name -> samples(registry.scrape(), name).lines().count()))
                .containsExactly((long) each, (long) each);
    }

    @Test
    void shouldScrapeAMeterThatWasRegisteredAfterTheLastScrape() {
        count("orders", 1);
        registry.scrape();
        count("items", 2);

        assertThat(registry.scrape()).contains("\norders 1.0\n", "\nitems 2.0\n");
    }

    @Test
    void shouldScrapeAMeterThatWasNotListedYetInAScrapeAfterAnExactOne() {
        registry.config().onMeterAdded(meter -> {
            count("orders", 1);
            registry.scrape();
        });
        registry.counter("hits").increment();

        assertThat(registry.scrape()).contains("\norders 1.0\n", "\nhits_total 1.0\n");
    }

    @Test
    void shouldRejectMetersAfterTheRegistryWasClosed() {
        registry.close();

        assertRejected(meters.counter(id("orders"), ADMITTED), "closed");
    }

    @Test
    void shouldCreateMetersOfThisRegistry() {
        assertThat(meter(meters.counter(id("orders"), ADMITTED))).isInstanceOf(PerCpuCounter.class);
    }

    @Test
    void shouldKnowTheNamesOfOtherMeters() {
        registry.counter("jobs.done");
        registry.timer("job.time");
        meters.gauge(id("level"), ADMITTED);

        assertThat(List.of("jobs_done", "jobs.done", "jobs_done_total", "job_time_seconds", "job_time_seconds_max"))
                .allMatch(meters::isOfOtherMeters);
        assertThat(meters.isOfOtherMeters("job_time_seconds_count")).isTrue();
        assertThat(List.of("level", "jobs", "job_time", "done_total")).noneMatch(meters::isOfOtherMeters);
    }
}
