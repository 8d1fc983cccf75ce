package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.percpu.shard.JvmCellStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesLimitTest {
    private static final int MAX = 3;

    private final PerCpuMeterRegistry registry = open(Integer.toString(MAX));

    private static PerCpuMeterRegistry open(String max) {
        PerCpuConfig config = key -> key.equals("percpu.series.max") ? max : null;
        return new PerCpuMeterRegistry(config, new PrometheusRegistry(), new MockClock(), null, new JvmCellStore());
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private void fill() {
        for (int i = 0; i < MAX; i++) {
            registry.counter("hits", "user", "u" + i).increment();
        }
    }

    @Test
    void shouldCountEverythingInTheOverflowSeries() {
        fill();
        for (int i = 0; i < 100; i++) {
            registry.counter("hits", "user", "late" + i).increment(2);
        }

        assertThat(registry.scrape().lines().filter(line -> line.startsWith("hits_total")))
                .containsExactlyInAnyOrder(
                        "hits_total{user=\"u0\"} 1.0",
                        "hits_total{user=\"u1\"} 1.0",
                        "hits_total{user=\"u2\"} 1.0",
                        "hits_total{user=\"overflow\"} 200.0");
        assertThat(registry.seriesStatistics()).isEqualTo(new SeriesStatistics(MAX, 1, 100, 0));
    }

    @Test
    void shouldKeepCountSumAndBucketsOfTimersAndSummaries() {
        fill();
        for (int i = 0; i < 10; i++) {
            registry.timer("t", "k", "v" + i).record(Duration.ofSeconds(i));
            Timer.builder("h")
                    .tag("k", "v" + i)
                    .serviceLevelObjectives(Duration.ofSeconds(5))
                    .register(registry)
                    .record(Duration.ofSeconds(i));
            DistributionSummary.builder("s")
                    .tag("k", "v" + i)
                    .scale(i)
                    .register(registry)
                    .record(1);
        }

        assertThat(registry.scrape())
                .contains("t_seconds_count{k=\"overflow\"} 10", "t_seconds_sum{k=\"overflow\"} 45.0")
                .contains("t_seconds_max{k=\"overflow\"} 9.0")
                .contains("h_seconds_bucket{k=\"overflow\",le=\"5.0\"} 6", "h_seconds_count{k=\"overflow\"} 10")
                .contains("s_count{k=\"overflow\"} 10", "s_sum{k=\"overflow\"} 45.0");
    }

    @Test
    void shouldReturnMetersThatKeepRecordingIntoTheOverflow() {
        fill();
        CompositeMeterRegistry composite = new CompositeMeterRegistry();
        composite.add(registry);
        Counter ofComposite = composite.counter("hits", "user", "composite");
        Counter held = registry.counter("hits", "user", "held");
        for (int i = 0; i < 10; i++) {
            registry.counter("hits", "user", "other" + i).increment();
            held.increment();
            ofComposite.increment();
        }

        assertThat(registry.scrape()).contains("hits_total{user=\"overflow\"} 30.0");
        assertThat(held.count()).isEqualTo(30);
        assertThat(registry.counter("hits", "user", "held").count()).isEqualTo(30);
    }

    @Test
    void shouldListEachOverflowMeterOnce() {
        fill();
        for (int i = 0; i < 10; i++) {
            registry.counter("hits", "user", "late" + i);
            registry.timer("t", "k", "v" + i);
            registry.gauge("g", i);
        }

        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName() + meter.getId().getTags())
                .containsExactlyInAnyOrder(
                        "hits[tag(user=u0)]",
                        "hits[tag(user=u1)]",
                        "hits[tag(user=u2)]",
                        "hits[tag(user=overflow)]",
                        "t[tag(k=overflow)]");
        List<Meter> each = new ArrayList<>();
        registry.forEachMeter(each::add);
        assertThat(each).hasSize(MAX + 2);
        assertThat(registry.find("hits").tag("user", "overflow").counter()).isNotNull();
    }

    @Test
    void shouldRejectAndCountMetersThatCannotBeSummed() {
        fill();
        Gauge gauge = Gauge.builder("g", () -> 1).register(registry);
        FunctionCounter.builder("fc", this, self -> 1).register(registry);
        FunctionTimer.builder("ft", this, self -> 1, self -> 1, TimeUnit.SECONDS)
                .register(registry);
        Meter.builder("m", Meter.Type.OTHER, List.of(new Measurement(() -> 1.0, Statistic.VALUE)))
                .register(registry);
        registry.more().timeGauge("tg", List.of(), this, TimeUnit.SECONDS, self -> 1);

        assertThat(gauge.value()).isZero();
        assertThat(registry.seriesStatistics()).isEqualTo(new SeriesStatistics(MAX, 0, 5, 0));
        assertThat(registry.getMeters()).hasSize(MAX);
        assertThat(registry.scrape().lines().filter(line -> !line.startsWith("#")))
                .hasSize(MAX);
    }

    @Test
    void shouldSumLongTasks() {
        fill();
        LongTaskTimer.Sample first =
                LongTaskTimer.builder("ltt").tag("k", "1").register(registry).start();
        LongTaskTimer.builder("ltt").tag("k", "2").register(registry).start();
        assertThat(registry.scrape()).contains("ltt_seconds_count{k=\"overflow\"} 2");

        first.stop();
        assertThat(registry.scrape()).contains("ltt_seconds_count{k=\"overflow\"} 1");
    }

    @Test
    void shouldUseAMeterWithoutTagsAsItsOwnOverflow() {
        fill();
        registry.counter("plain").increment();
        registry.counter("plain").increment();

        assertThat(registry.scrape()).contains("plain_total 2.0");
    }

    @Test
    void shouldKeepCommonTags() {
        registry.config().commonTags("app", "shop").meterFilter(MeterFilter.renameTag("hits", "user", "client"));
        fill();
        registry.counter("hits", "user", "late").increment();

        assertThat(registry.scrape()).contains("hits_total{app=\"shop\",client=\"overflow\"} 1.0");
    }

    @Test
    void shouldNotReuseASeriesNamedLikeAnOverflow() {
        registry.counter("hits", "user", "overflow").increment(100);
        fill();
        registry.counter("hits", "user", "late").increment();

        assertThat(registry.scrape())
                .contains("hits_total{user=\"overflow\"} 100.0", "hits_total{user=\"overflow_\"} 2.0");
    }

    @Test
    void shouldAcceptMetersAgainAfterARemoval() {
        fill();
        registry.counter("hits", "user", "late").increment();
        registry.remove(registry.counter("hits", "user", "u0"));
        registry.counter("hits", "user", "late").increment();
        registry.counter("hits", "user", "later").increment();

        assertThat(registry.scrape())
                .contains("hits_total{user=\"late\"} 1.0", "hits_total{user=\"overflow\"} 2.0")
                .doesNotContain("u0", "later");
    }

    @Test
    void shouldNotBeRemovable() {
        fill();
        Counter overflow = registry.counter("hits", "user", "late");
        registry.remove(overflow);
        overflow.increment();
        registry.counter("hits", "user", "later").increment();

        assertThat(registry.scrape()).contains("hits_total{user=\"overflow\"} 2.0");
        assertThat(registry.seriesStatistics().registered()).isEqualTo(MAX);
    }

    @Test
    void shouldNotifyListenersOfRegisteredMetersOnly() {
        List<String> events = new ArrayList<>();
        registry.config().onMeterAdded(meter -> events.add("+" + meter.getId().getTag("user")));
        registry.config().onMeterRemoved(meter -> events.add("-" + meter.getId().getTag("user")));
        fill();
        for (int i = 0; i < 10; i++) {
            registry.counter("hits", "user", "late" + i);
            registry.gauge("g" + i, i);
        }
        registry.remove(registry.counter("hits", "user", "u1"));

        assertThat(events).containsExactly("+u0", "+u1", "+u2", "-u1");
    }

    @Test
    void shouldLimitTheOverflowSeriesOfUnboundedNames() {
        fill();
        for (int i = 0; i < SeriesLimit.MAX_OVERFLOW_SERIES + 10; i++) {
            registry.counter("made.up." + i).increment();
        }

        assertThat(registry.seriesStatistics().overflow()).isEqualTo(SeriesLimit.MAX_OVERFLOW_SERIES);
        assertThat(registry.scrape()).contains("made_up_0_total 1.0").doesNotContain("made_up_10009");
    }

    @Test
    void shouldTakeNoMemoryForAMillionMetersBeyondTheLimit() {
        fill();
        million("warm", 10_000);
        long before = usedHeap();
        million("late", 1_000_000);

        assertThat(usedHeap() - before).isLessThan(5_000_000);
        assertThat(registry.scrape()).contains("hits_total{user=\"overflow\"} 1010000.0");
    }

    private void million(String prefix, int count) {
        for (int i = 0; i < count; i++) {
            registry.counter("hits", "user", prefix + i).increment();
        }
    }

    private static long usedHeap() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Test
    void shouldLoseNothingWhenManyThreadsExceedTheLimit() throws InterruptedException {
        onFourThreads((thread, i) ->
                registry.counter("hits", "user", "t" + thread + "-" + i % 50).increment());

        assertThat(registry.getMeters()).hasSize(MAX + 1);
        assertThat(registry.getMeters().stream()
                        .mapToDouble(meter -> ((Counter) meter).count())
                        .sum())
                .isEqualTo(80_000);
    }

    @Test
    void shouldKeepTheLimitWhileThreadsRegisterAndRemoveMeters() throws InterruptedException {
        onFourThreads((thread, i) -> {
            registry.counter("hits", "user", "t" + thread + "-" + i % 50).increment();
            if (i % 16 == 0) {
                registry.remove(registry.getMeters().getFirst());
            }
        });

        SeriesStatistics statistics = registry.seriesStatistics();
        assertThat(statistics.registered()).isLessThanOrEqualTo(MAX);
        assertThat(registry.getMeters()).hasSize(statistics.registered() + statistics.overflow());
    }

    private interface Action {
        void run(int thread, int i);
    }

    private static void onFourThreads(Action action) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int thread = i;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int j = 0; j < 20_000; j++) {
                    action.run(thread, j);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "many", "", "3000000000", "1.5"})
    void shouldRejectAnInvalidLimit(String max) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open(max))
                .withMessage(
                        "percpu.series.max must be a whole number from 1 to 2147483647, but was %s",
                        max.isEmpty() ? "blank" : max);
    }

    @Test
    void shouldAcceptAHundredThousandSeriesByDefault() {
        assertThat(PerCpuConfig.DEFAULT.series().max()).isGreaterThanOrEqualTo(100_000);
        assertThat(PerCpuConfig.DEFAULT.series().expireAfter()).isNull();
    }
}
