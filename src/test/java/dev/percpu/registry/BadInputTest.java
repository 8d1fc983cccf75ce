package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.percpu.meter.PerCpuDistributionSummary;
import dev.percpu.meter.PerCpuTimer;
import dev.percpu.parity.Peers;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.JvmCellStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.InvalidConfigurationException;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bad input never fails a scrape and never loses another series. A rejection names its reason. */
class BadInputTest {
    private final PerCpuMeterRegistry registry =
            new PerCpuMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(), new MockClock(), null, store());
    private final List<String> rejections = new ArrayList<>();

    CellStore store() {
        return new JvmCellStore();
    }

    @BeforeEach
    void listen() {
        registry.config().onMeterRegistrationFailed((id, reason) -> rejections.add(id.getName() + ": " + reason));
        registry.counter("neighbour").increment();
    }

    @AfterEach
    void shouldStillScrapeOtherSeries() {
        for (String format : List.of(Peers.TEXT, Peers.OPEN_METRICS)) {
            assertThat(registry.scrape(format)).contains("neighbour_total 1.0");
        }
        registry.close();
    }

    @Test
    void shouldIgnoreNegativeAndNaNIncrements() {
        Counter counter = registry.counter("c");
        for (double amount : new double[] {Double.NaN, -1, Double.NEGATIVE_INFINITY, -0.0, 0, -Double.MIN_VALUE}) {
            counter.increment(amount);
        }
        assertThat(counter.count()).isZero();
        counter.increment(0.5);
        counter.increment(Double.POSITIVE_INFINITY);
        counter.increment(3);
        assertThat(counter.count()).isInfinite();
    }

    @Test
    void shouldCountExactlyBeyondTheRangeOfADouble() {
        Counter counter = registry.counter("c");
        for (int i = 0; i < 3_000; i++) {
            counter.increment(1L << 53);
        }
        counter.increment(Integer.MAX_VALUE);
        assertThat(counter.count()).isEqualTo(3_000.0 * (1L << 53) + Integer.MAX_VALUE);
    }

    @Test
    void shouldIgnoreNegativeDurations() {
        Timer timer = registry.timer("t");
        timer.record(-1, TimeUnit.NANOSECONDS);
        timer.record(Long.MIN_VALUE, TimeUnit.DAYS);
        timer.record(Duration.ofSeconds(-5));
        assertThat(timer.count()).isZero();

        timer.record(Long.MAX_VALUE, TimeUnit.DAYS);
        assertThat(timer.count()).isEqualTo(1);
        assertThat(timer.max(TimeUnit.NANOSECONDS)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldIgnoreAmountsThatANegativeScaleMakesNegative() {
        DistributionSummary negative =
                DistributionSummary.builder("n").scale(-1).register(registry);
        DistributionSummary nan =
                DistributionSummary.builder("nan").scale(Double.NaN).register(registry);
        DistributionSummary overflowing =
                DistributionSummary.builder("o").scale(10).register(registry);
        for (double amount : new double[] {Double.NaN, -1, 1}) {
            negative.record(amount);
            nan.record(amount);
        }
        overflowing.record(Double.MAX_VALUE);

        assertThat(negative.count()).isZero();
        assertThat(nan.count()).isZero();
        assertThat(overflowing.totalAmount()).isInfinite();
        assertThat(overflowing.max()).isInfinite();
    }

    @Test
    void shouldIgnoreEqualObservationsThatAreNoneOrNegative() {
        PerCpuTimer timer = (PerCpuTimer) registry.timer("t");
        PerCpuDistributionSummary summary = (PerCpuDistributionSummary) registry.summary("s");
        for (long count : new long[] {0, -1, Long.MIN_VALUE}) {
            timer.record(1, TimeUnit.SECONDS, count);
            summary.record(1, count);
        }
        timer.record(-1, TimeUnit.SECONDS, 2);
        for (double amount : new double[] {Double.NaN, -1}) {
            summary.record(amount, 2);
        }
        assertThat(timer.count()).isZero();
        assertThat(summary.count()).isZero();

        timer.record(1500, TimeUnit.MILLISECONDS, 4);
        timer.record(Long.MAX_VALUE, TimeUnit.DAYS, 2);
        summary.record(0.5, 4);
        summary.record(Double.MAX_VALUE, 10);
        assertThat(timer.count()).isEqualTo(6);
        assertThat(timer.totalTime(TimeUnit.NANOSECONDS)).isEqualTo(Long.MAX_VALUE);
        assertThat(summary.count()).isEqualTo(14);
        assertThat(summary.totalAmount()).isInfinite();
        assertThat(summary.max()).isEqualTo(Double.MAX_VALUE);
    }

    @Test
    void shouldRecordEqualObservations() {
        PerCpuTimer timer = (PerCpuTimer) Timer.builder("t")
                .serviceLevelObjectives(Duration.ofSeconds(1), Duration.ofSeconds(2))
                .register(registry);
        PerCpuDistributionSummary summary = (PerCpuDistributionSummary)
                DistributionSummary.builder("s").scale(10).register(registry);
        timer.record(1500, TimeUnit.MILLISECONDS, 4);
        timer.record(7, TimeUnit.NANOSECONDS, 1);
        summary.record(0.1, 5);

        assertThat(registry.scrape())
                .contains(
                        "t_seconds_bucket{le=\"1.0\"} 1",
                        "t_seconds_bucket{le=\"2.0\"} 5",
                        "t_seconds_count 5",
                        "t_seconds_sum 6.000000007",
                        "t_seconds_max 1.5",
                        "s_count 5",
                        "s_sum 5.0",
                        "s_max 1.0");
    }

    @Test
    void shouldRecordInfiniteAmounts() {
        DistributionSummary summary =
                DistributionSummary.builder("s").serviceLevelObjectives(1).register(registry);
        for (double amount : new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 0.5}) {
            summary.record(amount);
        }

        assertThat(registry.scrape())
                .contains("s_bucket{le=\"1.0\"} 1", "s_bucket{le=\"+Inf\"} 2", "s_count 2", "s_sum +Inf", "s_max +Inf");
    }

    @Test
    void shouldCountSingleIncrementsBeyondTheRangeOfADouble() {
        Counter counter = registry.counter("c");
        counter.increment(1L << 54);
        for (int i = 0; i < 4; i++) {
            counter.increment();
        }
        assertThat(counter.count()).isEqualTo((1L << 54) + 4); // adding 1 to a double of this size changes nothing
        assertThat(registry.scrape()).contains("c_total 1.8014398509481988E16");
    }

    @Test
    void shouldAcceptManyTagsOnEveryKindOfMeter() {
        List<Tag> tags =
                IntStream.range(0, 10_000).mapToObj(i -> Tag.of("tag" + i, "v")).toList();
        registry.timer("t", tags).record(Duration.ofSeconds(1));
        registry.summary("s", tags).record(1);
        registry.gauge("g", tags, 1);
        Meter removed = registry.counter("c", tags);
        registry.remove(removed);

        assertThat(rejections).isEmpty();
        assertThat(registry.scrape().lines().filter(line -> line.contains("tag9999=\"v\"")))
                .hasSize(7); // count, sum and maximum of two meters, and a gauge
    }

    @Test
    void shouldReportWhyANameCannotBeExposed() {
        registry.counter("a.b");
        registry.counter("a_b").increment();

        assertThat(rejections).singleElement().asString().contains("a_b: ", "'a.b'", "must be unique", "but was a_b");
        assertThat(registry.scrape()).contains("a_b_total 0.0");
    }

    @Test
    void shouldReportWhyATypeCannotBeExposed() {
        registry.counter("a");
        Gauge.builder("a", () -> 1).tag("k", "v").register(registry);

        assertThat(rejections).singleElement().asString().contains("must be COUNTER", "but was GAUGE");
    }

    @Test
    void shouldRejectASummaryAndAHistogramOfOneName() {
        registry.timer("t", "k", "1").record(Duration.ofSeconds(1));
        Timer.builder("t").tag("k", "2").publishPercentileHistogram().register(registry);

        assertThat(rejections)
                .singleElement()
                .asString()
                .contains("family t_seconds must be summary", "but was histogram");
        assertThat(registry.scrape()).contains("t_seconds_count{k=\"1\"} 1").doesNotContain("k=\"2\"");
    }

    @Test
    void shouldRejectAGaugeWithTheNameOfAMaximum() {
        registry.timer("t");
        registry.counter("t.seconds.max");

        assertThat(rejections)
                .singleElement()
                .asString()
                .contains("family t_seconds_max must be gauge", "but was counter");
    }

    @Test
    void shouldThrowTheReasonIfConfigured() {
        registry.throwExceptionOnRegistrationFailure().counter("a.b");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.counter("a_b"))
                .withMessageContaining("a.b");
        registry.counter("a.b", "k", "v").increment();
        assertThat(registry.scrape()).contains("a_b_total{k=\"v\"} 1.0");
    }

    @Test
    void shouldRejectLabelsThatPrometheusDoesNotAccept() {
        registry.counter("twice", "a.b", "1", "a_b", "2").increment();
        registry.timer("reserved", "quantile", "1").record(Duration.ofSeconds(1));
        Timer.builder("reserved.too")
                .tag("le", "1")
                .publishPercentileHistogram()
                .register(registry);
        Meter.builder("custom", Meter.Type.OTHER, List.of(new Measurement(() -> 1.0, Statistic.VALUE)))
                .tag("statistic", "x")
                .register(registry);

        assertThat(rejections).hasSize(4);
        assertThat(rejections.get(0)).contains("twice", "a_b");
        assertThat(rejections.get(1)).contains("must not include quantile, but were [quantile]");
        assertThat(rejections.get(2)).contains("must not include le, but were [le]");
        assertThat(rejections.get(3)).contains("must not include statistic, but were [statistic]");
        assertThat(registry.scrape()).doesNotContain("twice", "reserved", "custom");
    }

    @Test
    void shouldLeaveOutASeriesWhoseFunctionThrows() {
        FunctionCounter.builder("broken", this, self -> {
                    throw new IllegalStateException("no value today");
                })
                .register(registry);
        FunctionCounter.builder("negative", this, self -> -1).register(registry);
        boolean[] works = new boolean[1];
        Meter.builder("moody", Meter.Type.OTHER, () -> {
                    if (!works[0]) {
                        throw new IllegalStateException("no measurements");
                    }
                    return List.of(new Measurement(() -> 7.0, Statistic.VALUE)).iterator();
                })
                .register(registry);

        assertThat(registry.scrape()).doesNotContain("broken", "negative", "moody");
        works[0] = true;
        assertThat(registry.scrape(Peers.TEXT, Set.of("moody_value"))).contains("moody_value{statistic=\"VALUE\"} 7.0");
    }

    @Test
    void shouldLeaveOutASecondValueWithTheSameLabels() {
        Meter.builder(
                        "custom",
                        Meter.Type.OTHER,
                        List.of(
                                new Measurement(() -> 1.0, Statistic.VALUE),
                                new Measurement(() -> 2.0, Statistic.VALUE)))
                .register(registry);
        registry.timer("t", "k", "v");
        Gauge.builder("t.seconds.max", () -> 5).tag("k", "v").register(registry);

        assertThat(registry.scrape())
                .contains("custom_value{statistic=\"VALUE\"} 1.0", "t_seconds_max{k=\"v\"}")
                .doesNotContain("custom_value{statistic=\"VALUE\"} 2.0");
        assertThat(registry.scrape().lines().filter(line -> line.startsWith("t_seconds_max{")))
                .hasSize(1);
    }

    @Test
    void shouldAcceptHugeNamesAndManyTags() {
        String huge = "n".repeat(100_000);
        List<Tag> tags = IntStream.range(0, 10_000)
                .mapToObj(i -> Tag.of("tag" + i, "v".repeat(i % 100)))
                .toList();
        registry.counter(huge).increment(2);
        registry.counter("tags", Tags.of(tags)).increment(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.counter(""))
                .withMessageContaining("empty");
        registry.counter("  ", " ", "").increment(5);
        registry.counter("1\n\"\\{}ü😀", "1\n\"\\{}ü😀", "1\n\"\\{}ü😀").increment(6);

        assertThat(registry.scrape()).contains(huge + "_total 2.0", "tag9999=").contains("\\n\\\"\\\\{}ü😀\"} 6.0");
    }

    @Test
    void shouldRejectInvalidStatistics() {
        assertThatExceptionOfType(InvalidConfigurationException.class)
                .isThrownBy(() -> DistributionSummary.builder("s")
                        .serviceLevelObjectives(1, Double.NaN)
                        .register(registry))
                .withMessageContaining("NaN");
        assertThatExceptionOfType(InvalidConfigurationException.class)
                .isThrownBy(() -> DistributionSummary.builder("s")
                        .publishPercentiles(0.5)
                        .distributionStatisticExpiry(Duration.ofMillis(2))
                        .register(registry))
                .withMessageContaining("expiry must be at least 3 ms", "but was 2 ms");
        Meter.Id id = new Meter.Id("s", Tags.empty(), null, null, Meter.Type.DISTRIBUTION_SUMMARY);
        DistributionStatisticConfig incomplete =
                DistributionStatisticConfig.builder().percentiles(0.5).build();
        assertThatExceptionOfType(InvalidConfigurationException.class)
                .isThrownBy(() -> registry.newDistributionSummary(id, incomplete, 1))
                .withMessageContaining("percentilePrecision");
        assertThat(registry.scrape()).doesNotContain("s_count");
    }
}
