package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.percpu.parity.Peers;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.JvmCellStore;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.validate.ValidationException;
import io.micrometer.core.instrument.noop.NoopCounter;
import io.micrometer.core.instrument.noop.NoopTimer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PerCpuMeterRegistryTest {
    private final PrometheusRegistry prometheus = new PrometheusRegistry();
    private final PerCpuMeterRegistry registry =
            new PerCpuMeterRegistry(PrometheusConfig.DEFAULT, prometheus, new MockClock(), null, new JvmCellStore());

    private final List<PerCpuMeterRegistry> others = new ArrayList<>();

    private PerCpuMeterRegistry opened(PerCpuMeterRegistry other) {
        others.add(other);
        return other;
    }

    @AfterEach
    void close() {
        registry.close();
        others.forEach(PerCpuMeterRegistry::close);
    }

    @Test
    void shouldHaveEveryConstructorOfPrometheusMeterRegistry() {
        List<PerCpuMeterRegistry> made = List.of(
                opened(new PerCpuMeterRegistry()),
                opened(new PerCpuMeterRegistry(PrometheusConfig.DEFAULT)),
                opened(new PerCpuMeterRegistry(PerCpuConfig.DEFAULT, prometheus, Clock.SYSTEM)),
                opened(new PerCpuMeterRegistry(PerCpuConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, null)));

        for (PerCpuMeterRegistry each : made) {
            each.counter("c").increment();
            assertThat(each.scrape()).contains("c_total 1.0");
        }
        assertThat(made.get(2).getPrometheusRegistry()).isSameAs(prometheus);
    }

    @Test
    void shouldRejectAnInvalidConfiguration() {
        PrometheusConfig config = key -> key.equals("prometheus.step") ? "soon" : null;

        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> new PerCpuMeterRegistry(config))
                .withMessageContaining("prometheus.step")
                .withMessageContaining("soon");
    }

    @Test
    void shouldWriteTheSameWithEveryScrapeMethod() throws IOException {
        registry.counter("a").increment(2);
        registry.timer("b").record(Duration.ofSeconds(1));
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        ByteArrayOutputStream openMetrics = new ByteArrayOutputStream();
        ByteArrayOutputStream some = new ByteArrayOutputStream();

        registry.scrape(text);
        registry.scrape(openMetrics, Peers.OPEN_METRICS);
        registry.scrape(some, Peers.TEXT, Set.of("a"));

        assertThat(text.toString(StandardCharsets.UTF_8))
                .isEqualTo(registry.scrape())
                .isEqualTo(registry.scrape(Peers.TEXT));
        assertThat(openMetrics.toString(StandardCharsets.UTF_8))
                .isEqualTo(registry.scrape(Peers.OPEN_METRICS))
                .endsWith("# EOF\n");
        assertThat(some.toString(StandardCharsets.UTF_8))
                .isEqualTo(registry.scrape(Peers.TEXT, Set.of("a")))
                .isEqualTo("# HELP a_total  \n# TYPE a_total counter\na_total 2.0\n");
    }

    @Test
    void shouldIncludeFamiliesByName() {
        registry.timer("b").record(Duration.ofSeconds(1));

        assertThat(registry.scrape(Peers.TEXT, Set.of("b_seconds_max")))
                .contains("b_seconds_max 1.0")
                .doesNotContain("count");
        assertThat(registry.scrape(Peers.TEXT, Set.of("b_seconds")))
                .contains("b_seconds_count 1")
                .doesNotContain("max");
        assertThat(registry.scrape(Peers.TEXT, Set.of())).isEmpty();
    }

    @Test
    void shouldScrapeExternalCollectors() {
        Gauge.builder().name("foreign").register(prometheus).set(5);
        registry.counter("ours").increment();

        assertThat(registry.scrape()).contains("foreign 5.0", "ours_total 1.0");
    }

    @Test
    void shouldLeaveOutDescriptionsIfConfigured() {
        PrometheusConfig config = key -> key.equals("prometheus.descriptions") ? "false" : null;
        PerCpuMeterRegistry terse =
                opened(new PerCpuMeterRegistry(config, prometheus, new MockClock(), null, new JvmCellStore()));
        Counter.builder("c").description("secret").register(terse).increment();

        assertThat(terse.scrape()).contains("c_total 1.0").doesNotContain("secret");
    }

    @Test
    void shouldHonourTheStep() {
        MockClock clock = new MockClock();
        PrometheusConfig config = key -> key.equals("prometheus.step") ? "10s" : null;
        PerCpuMeterRegistry quick =
                opened(new PerCpuMeterRegistry(config, prometheus, clock, null, new JvmCellStore()));
        Timer timer = quick.timer("t");
        timer.record(Duration.ofSeconds(3));

        assertThat(timer.max(TimeUnit.SECONDS)).isEqualTo(3);
        clock.add(Duration.ofSeconds(29));
        assertThat(timer.max(TimeUnit.SECONDS)).isEqualTo(3);
        clock.add(Duration.ofSeconds(1));
        assertThat(timer.max(TimeUnit.SECONDS)).isZero();
    }

    @Test
    void shouldReturnTheSameMeterUntilItIsRemoved() {
        Counter first = registry.counter("c", "k", "v");
        first.increment(3);
        assertThat(registry.counter("c", "k", "v")).isSameAs(first);

        registry.remove(first);
        first.increment(100);
        Counter second = registry.counter("c", "k", "v");
        second.increment();

        assertThat(first.count()).isEqualTo(103);
        assertThat(registry.scrape()).contains("c_total{k=\"v\"} 1.0");
    }

    @Test
    void shouldFreeANameForAnotherType() {
        registry.remove(registry.counter("c"));
        io.micrometer.core.instrument.Gauge.builder("c", () -> 4).register(registry);
        registry.remove(registry.timer("t"));
        Timer.builder("t").publishPercentileHistogram().register(registry).record(Duration.ofSeconds(1));

        assertThat(registry.scrape()).contains("c 4.0", "# TYPE t_seconds histogram");
    }

    @Test
    void shouldRemoveAMeterNamedByAFormerConvention() {
        Meter meter = registry.counter("old.name");
        registry.config().namingConvention((name, type, unit) -> "x_" + name.replace('.', '_'));

        registry.remove(meter);
        registry.counter("new.name").increment();

        assertThat(registry.scrape()).doesNotContain("old").contains("x_new_name_total 1.0");
    }

    @Test
    void shouldCountAnObjectiveByTheExactAmount() {
        DistributionSummary summary =
                DistributionSummary.builder("s").serviceLevelObjectives(0.5, 1).register(registry);
        summary.record(0.4);
        summary.record(0.5);
        summary.record(0.6);

        assertThat(registry.scrape())
                .contains("s_bucket{le=\"0.5\"} 2", "s_bucket{le=\"1.0\"} 3", "s_bucket{le=\"+Inf\"} 3");
    }

    @Test
    void shouldKeepHeldMetersUsableAfterClose() {
        Counter held = registry.counter("held");
        registry.close();
        held.increment(2);

        assertThat(held.count()).isEqualTo(2);
        assertThat(registry.counter("held")).isSameAs(held);
        assertThat(registry.counter("late")).isInstanceOf(NoopCounter.class);
        assertThat(registry.timer("late")).isInstanceOf(NoopTimer.class);
        assertThat(registry.scrape()).contains("held_total 2.0").doesNotContain("late");
        registry.close();
    }

    @Test
    void shouldDoNothingWhenTheStoreIsClosedDuringARegistration() {
        CellStore store = new JvmCellStore();
        PerCpuMeterRegistry closing =
                new PerCpuMeterRegistry(PrometheusConfig.DEFAULT, prometheus, new MockClock(), null, store);
        Meter.Id id = new Meter.Id("c", Tags.empty(), null, null, Meter.Type.COUNTER);
        closing.close();

        assertThat(closing.newCounter(id)).isInstanceOf(NoopCounter.class);
    }
}
