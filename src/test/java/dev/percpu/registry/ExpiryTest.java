package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.Eventually;
import dev.percpu.parity.Peers;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.scrape.ScrapeType;
import dev.percpu.scrape.ShardScrapeTest;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.JvmCellStore;
import dev.percpu.shard.ShardPlan;
import dev.percpu.shard.ShardedCellStore;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExpiryTest {
    private static final Duration AFTER = Duration.ofHours(1);

    private final MockClock clock = new MockClock();

    static Stream<Supplier<CellStore>> stores() {
        RseqStatus status = RseqProbe.status();
        return Stream.of(
                JvmCellStore::new,
                () -> new ShardedCellStore(new ShardPlan(
                        status.cpus().shardCount(), status.indexedBy().offset())));
    }

    private PerCpuMeterRegistry open(CellStore store) {
        return open(store, clock, "1h");
    }

    private static PerCpuMeterRegistry open(CellStore store, Clock clock, String after) {
        PerCpuConfig config = key -> key.equals("percpu.series.expire-after") ? after : null;
        return new PerCpuMeterRegistry(config, new PrometheusRegistry(), clock, null, store);
    }

    @ParameterizedTest
    @MethodSource("stores")
    void shouldHideIdleSeriesFromAScrapeByShardToo(Supplier<CellStore> store) throws IOException {
        PerCpuMeterRegistry registry = open(store.get());
        registry.counter("old").increment();
        assertThat(byShard(registry)).contains("old_total{");
        clock.add(AFTER);
        registry.counter("young").increment();

        assertThat(byShard(registry)).contains("young_total{").doesNotContain("old_total");
    }

    private static String byShard(PerCpuMeterRegistry registry) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        registry.scrapeShards(out, new ScrapeType(ScrapeType.Format.TEXT, null), null, ShardScrapeTest.NAMING);
        return out.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @MethodSource("stores")
    void shouldHideIdleSeriesAndRestoreThemWithTheirCounts(Supplier<CellStore> store) {
        PerCpuMeterRegistry registry = open(store.get());
        Counter counter = registry.counter("c");
        Timer timer = registry.timer("t");
        DistributionSummary summary = registry.summary("s");
        counter.increment(0.5);
        timer.record(Duration.ofSeconds(2));
        summary.record(3);
        assertThat(registry.scrape()).contains("c_total 0.5", "t_seconds_count 1", "s_sum 3.0");

        clock.add(AFTER.minusMillis(1));
        assertThat(registry.scrape()).contains("c_total 0.5", "t_seconds_count 1", "s_sum 3.0");
        clock.add(Duration.ofMillis(1));
        assertThat(registry.scrape()).isEmpty();
        assertThat(registry.seriesStatistics()).isEqualTo(new SeriesStatistics(3, 0, 0, 3));
        assertThat(registry.getMeters()).hasSize(3);

        counter.increment();
        registry.timer("t").record(Duration.ofSeconds(1));
        summary.record(0);
        assertThat(registry.scrape()).contains("c_total 1.5", "t_seconds_count 2", "t_seconds_sum 3.0", "s_count 2");
        assertThat(registry.seriesStatistics().hidden()).isZero();
        registry.close();
    }

    @ParameterizedTest
    @MethodSource("stores")
    void shouldRestoreASeriesHeldByAComposite(Supplier<CellStore> store) {
        PerCpuMeterRegistry registry = open(store.get());
        CompositeMeterRegistry composite = new CompositeMeterRegistry();
        composite.add(registry);
        Counter counter = composite.counter("c");
        counter.increment(41);
        registry.scrape();
        clock.add(AFTER.multipliedBy(5));
        assertThat(registry.scrape()).isEmpty();

        counter.increment();
        assertThat(registry.scrape()).contains("c_total 42.0");
        registry.close();
    }

    @ParameterizedTest
    @MethodSource("stores")
    void shouldHideIdleSeriesOnly(Supplier<CellStore> store) {
        PerCpuMeterRegistry registry = open(store.get());
        Counter busy = registry.counter("c", "k", "busy");
        registry.counter("c", "k", "never");
        Counter once = registry.counter("c", "k", "once");
        once.increment();
        busy.increment(1L << 60); // adding 1 does not change a double of this size
        for (int i = 0; i < 4; i++) {
            clock.add(AFTER.dividedBy(2));
            busy.increment();
            registry.scrape(Peers.TEXT, Set.of("something_else"));
        }

        assertThat(registry.scrape()).contains("busy").doesNotContain("never", "once");
        registry.close();
    }

    @ParameterizedTest
    @MethodSource("stores")
    void shouldNeverHideFunctionMeters(Supplier<CellStore> store) {
        PerCpuMeterRegistry registry = open(store.get());
        registry.gauge("g", 7);
        FunctionCounter.builder("f", this, self -> 5).register(registry);
        LongTaskTimer.builder("l").register(registry).start();
        clock.add(AFTER.multipliedBy(2));

        assertThat(registry.scrape()).contains("g 7.0", "f_total 5.0", "l_seconds_count 1");
        registry.close();
    }

    @ParameterizedTest
    @MethodSource("stores")
    void shouldCheckInTheBackgroundOnTheSystemClock(Supplier<CellStore> store) {
        PerCpuMeterRegistry registry = open(store.get(), Clock.SYSTEM, "1s");
        Counter counter = registry.counter("c");
        counter.increment();

        // No scrape runs. Without background checks the first scrape would treat the increment as new.
        Eventually.assertEventually(() -> registry.seriesStatistics().hidden(), 1);
        assertThat(registry.scrape()).isEmpty();
        counter.increment();
        assertThat(registry.scrape()).contains("c_total 2.0");
        registry.close();
    }
}
