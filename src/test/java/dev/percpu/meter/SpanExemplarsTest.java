package dev.percpu.meter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.Eventually;
import dev.percpu.parity.Peers;
import dev.percpu.registry.AllocationTest;
import dev.percpu.registry.CellStores;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.RegistryOn;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a meter looks for a span, and when it stops to. */
class SpanExemplarsTest {
    private static final int RECORDS = 100_000;

    /** Lets a test set the span, and counts how often somebody looked for it. */
    private static final class Spans implements SpanContext {
        private final AtomicInteger looks = new AtomicInteger();
        private volatile @Nullable String spanId;
        private volatile boolean sampled;

        @Override
        public @Nullable String getCurrentTraceId() {
            return spanId == null ? null : "00000000000000000000000000000001";
        }

        @Override
        public @Nullable String getCurrentSpanId() {
            return spanId;
        }

        @Override
        public boolean isCurrentSpanSampled() {
            looks.incrementAndGet();
            return sampled;
        }

        @Override
        public void markCurrentSpanAsExemplar() {}
    }

    private final Spans spans = new Spans();
    private final PerCpuMeterRegistry registry = RegistryOn.store(
            quick(), new PrometheusRegistry(), new MockClock(), spans, CellStores.open(PrometheusConfig.DEFAULT));

    @AfterEach
    void close() {
        registry.close();
    }

    /** The client's sampler looks at most once per millisecond. */
    private static PrometheusConfig quick() {
        Properties properties = new Properties();
        properties.setProperty("io.prometheus.exemplars.sample_interval_milliseconds", "1");
        return new PrometheusConfig() {
            @Override
            public @Nullable String get(String key) {
                return null;
            }

            @Override
            public Properties prometheusProperties() {
                return properties;
            }
        };
    }

    /** Records until nobody looked for a span for many milliseconds, and returns how often somebody did. */
    private int looksUntilDisarmed(Runnable meter) {
        int[] last = {-1};
        Eventually.assertEventually(
                () -> {
                    int before = spans.looks.get();
                    long end = System.nanoTime() + Duration.ofMillis(50).toNanos();
                    while (System.nanoTime() < end) {
                        meter.run();
                    }
                    last[0] = spans.looks.get();
                    return last[0] == before;
                },
                true);
        return last[0];
    }

    private int looksOf(Runnable meter) {
        int before = spans.looks.get();
        for (int i = 0; i < RECORDS; i++) {
            meter.run();
        }
        return spans.looks.get() - before;
    }

    @Test
    void shouldStopToLookForSpansThatAreNotThereUntilTheNextScrape() {
        Counter counter = registry.counter("c");
        Timer timer = registry.timer("t");
        DistributionSummary summary =
                DistributionSummary.builder("s").serviceLevelObjectives(1, 10).register(registry);
        Runnable all = () -> {
            counter.increment();
            timer.record(7, TimeUnit.MICROSECONDS);
            summary.record(5);
        };

        assertThat(looksUntilDisarmed(all)).isEqualTo(3 * SpanExemplars.MISSES);
        assertThat(looksOf(all)).isZero();

        registry.scrape();
        assertThat(looksUntilDisarmed(all)).isEqualTo(2 * 3 * SpanExemplars.MISSES);
    }

    @Test
    void shouldAllocateNothingWhenDisarmed() {
        Counter counter = registry.counter("c");
        Timer timer = Timer.builder("t").publishPercentileHistogram().register(registry);
        DistributionSummary summary = registry.summary("s");
        Runnable all = () -> {
            counter.increment();
            timer.record(7, TimeUnit.MICROSECONDS);
            summary.record(5);
        };
        looksUntilDisarmed(all);

        assertThat(AllocationTest.bytesPerCall(i -> all.run())).isLessThan(0.5);
        assertThat(spans.looks).hasValue(3 * SpanExemplars.MISSES);
    }

    @Test
    void shouldSampleASpanThatComesAfterAScrape() {
        Counter counter = registry.counter("c");
        looksUntilDisarmed(counter::increment);
        spans.spanId = "0000000000000002";
        spans.sampled = true;

        assertThat(looksOf(counter::increment)).isZero();
        assertThat(registry.scrape(Peers.OPEN_METRICS)).doesNotContain("span_id");
        counter.increment();
        assertThat(registry.scrape(Peers.OPEN_METRICS)).contains("# {span_id=\"0000000000000002\"");
    }

    @Test
    void shouldGoOnLookingWhileSpansAreThereThoughNotSampled() {
        Counter counter = registry.counter("c");
        spans.spanId = "0000000000000002";
        Eventually.assertEventually(
                () -> {
                    counter.increment();
                    return spans.looks.get() > 5 * SpanExemplars.MISSES;
                },
                true);
        assertThat(registry.scrape(Peers.OPEN_METRICS)).doesNotContain("span_id");

        spans.sampled = true;
        Eventually.assertEventually(
                () -> {
                    counter.increment();
                    return registry.scrape(Peers.OPEN_METRICS).contains("# {span_id=\"0000000000000002\"");
                },
                true);
    }

    /** A look in vain here and there, between spans, disarms nothing. */
    @Test
    void shouldForgetAMissWhenThereIsASpanAgain() {
        Counter counter = registry.counter("c");
        for (int round = 0; round < 4 * SpanExemplars.MISSES; round++) {
            int before = spans.looks.get();
            spans.spanId = round % SpanExemplars.MISSES == 0 ? "0000000000000002" : null;
            Eventually.assertEventually(
                    () -> {
                        counter.increment();
                        return spans.looks.get() == before;
                    },
                    false);
        }
    }
}
