package dev.percpu.meter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.Eventually;
import dev.percpu.Thrown;
import dev.percpu.parity.Peers;
import dev.percpu.registry.AllocationTest;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.RegistryOn;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests when a meter reads the span context, and when it stops reading it. */
class SpanExemplarsTest {
    private static final int RECORDS = 100_000;

    /** A span context whose span a test sets. It counts its calls. */
    private static final class Spans implements SpanContext {
        private final AtomicInteger reads = new AtomicInteger();
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
            reads.incrementAndGet();
            return sampled;
        }

        @Override
        public void markCurrentSpanAsExemplar() {}
    }

    /** A span context that throws in one of its methods until it is repaired. */
    private static final class BrokenSpans implements SpanContext {
        private final String method;
        private final Supplier<Throwable> failure;
        private volatile boolean repaired;

        BrokenSpans(String method, Supplier<Throwable> failure) {
            this.method = method;
            this.failure = failure;
        }

        private void call(String called) {
            if (!repaired && called.equals(method)) {
                throw Thrown.unchecked(failure.get());
            }
        }

        @Override
        public String getCurrentTraceId() {
            call("getCurrentTraceId");
            return "00000000000000000000000000000001";
        }

        @Override
        public String getCurrentSpanId() {
            call("getCurrentSpanId");
            return "0000000000000002";
        }

        @Override
        public boolean isCurrentSpanSampled() {
            call("isCurrentSpanSampled");
            return true;
        }

        @Override
        public void markCurrentSpanAsExemplar() {
            call("markCurrentSpanAsExemplar");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"getCurrentTraceId", "getCurrentSpanId", "isCurrentSpanSampled", "markCurrentSpanAsExemplar"})
    void shouldRecordEachAmountWhateverTheSpanContextThrows(String method) {
        for (Supplier<Throwable> failure : List.<Supplier<Throwable>>of(
                () -> new IllegalStateException("on purpose"),
                () -> new IOException("on purpose"),
                () -> new AssertionError("on purpose"),
                () -> new StackOverflowError("on purpose"))) {
            BrokenSpans broken = new BrokenSpans(method, failure);
            PerCpuMeterRegistry over = RegistryOn.store(
                    frequentSamples(),
                    new PrometheusRegistry(),
                    new MockClock(),
                    broken,
                    RegistryOn.newStore(PrometheusConfig.DEFAULT));
            Counter counter = over.counter("c");
            Timer timer = over.timer("t");
            DistributionSummary summary = DistributionSummary.builder("s")
                    .serviceLevelObjectives(1, 10)
                    .register(over);
            Runnable all = () -> {
                counter.increment();
                counter.increment(0.5);
                timer.record(7, TimeUnit.MICROSECONDS);
                summary.record(5);
            };
            for (int i = 0; i < 1_000; i++) {
                all.run();
            }

            assertThat(counter.count()).isEqualTo(1_500);
            assertThat(timer.count()).isEqualTo(1_000);
            assertThat(summary.count()).isEqualTo(1_000);

            broken.repaired = true;
            Eventually.assertEventually(
                    () -> {
                        all.run();
                        String scraped = over.scrape("application/openmetrics-text; version=1.0.0");
                        return scraped.contains("c_total") && scraped.contains("# {span_id=");
                    },
                    true);
            over.close();
        }
    }

    private final Spans spans = new Spans();
    private final PerCpuMeterRegistry registry = RegistryOn.store(
            frequentSamples(),
            new PrometheusRegistry(),
            new MockClock(),
            spans,
            RegistryOn.newStore(PrometheusConfig.DEFAULT));

    @AfterEach
    void close() {
        registry.close();
    }

    /** Returns a configuration with which the client's sampler takes at most one sample per millisecond. */
    private static PrometheusConfig frequentSamples() {
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

    /** Records until the span context was not read for 50 ms, and returns how often it was read in all. */
    private int readsUntilDisarmed(Runnable meter) {
        int[] last = {-1};
        Eventually.assertEventually(
                () -> {
                    int before = spans.reads.get();
                    long end = System.nanoTime() + Duration.ofMillis(50).toNanos();
                    while (System.nanoTime() < end) {
                        meter.run();
                    }
                    last[0] = spans.reads.get();
                    return last[0] == before;
                },
                true);
        return last[0];
    }

    /** Records many times, and returns how often the span context was read. */
    private int readsDuring(Runnable meter) {
        int before = spans.reads.get();
        for (int i = 0; i < RECORDS; i++) {
            meter.run();
        }
        return spans.reads.get() - before;
    }

    @Test
    void shouldStopReadingSpansWithoutSpansUntilTheNextScrape() {
        Counter counter = registry.counter("c");
        Timer timer = registry.timer("t");
        DistributionSummary summary =
                DistributionSummary.builder("s").serviceLevelObjectives(1, 10).register(registry);
        Runnable all = () -> {
            counter.increment();
            timer.record(7, TimeUnit.MICROSECONDS);
            summary.record(5);
        };

        assertThat(readsUntilDisarmed(all)).isEqualTo(3 * SpanExemplars.MAX_MISSES);
        assertThat(readsDuring(all)).isZero();

        registry.scrape();
        assertThat(readsUntilDisarmed(all)).isEqualTo(2 * 3 * SpanExemplars.MAX_MISSES);
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
        readsUntilDisarmed(all);

        assertThat(AllocationTest.bytesPerCall(i -> all.run())).isLessThan(0.5);
        assertThat(spans.reads).hasValue(3 * SpanExemplars.MAX_MISSES);
    }

    @Test
    void shouldSampleASpanAfterAScrape() {
        Counter counter = registry.counter("c");
        readsUntilDisarmed(counter::increment);
        spans.spanId = "0000000000000002";
        spans.sampled = true;

        assertThat(readsDuring(counter::increment)).isZero();
        assertThat(registry.scrape(Peers.OPEN_METRICS)).doesNotContain("span_id");
        counter.increment();
        assertThat(registry.scrape(Peers.OPEN_METRICS)).contains("# {span_id=\"0000000000000002\"");
    }

    @Test
    void shouldExposeTheExemplarsOfEachMeter() {
        spans.sampled = true;
        for (String id : List.of("000000000000000a", "000000000000000b")) {
            spans.spanId = id;
            registry.counter("c", "id", id).increment();
            Timer.builder("t")
                    .tag("id", id)
                    .serviceLevelObjectives(Duration.ofSeconds(1))
                    .register(registry)
                    .record(7, TimeUnit.MICROSECONDS);
        }

        assertThat(registry.scrape(Peers.OPEN_METRICS).lines().filter(it -> it.contains("span_id")))
                .hasSizeGreaterThanOrEqualTo(4)
                .allSatisfy(it -> assertThat(it)
                        .containsPattern("id=\"(\\w+)\".* # \\{span_id=\"\\1\"")
                        .doesNotContain("} 0 #"));
    }

    /** A scrape that reads each meter takes twice as long. */
    @Test
    void shouldWriteMetersWithSamplersFromTheirCells() {
        for (Meter meter : List.of(registry.counter("c"), registry.timer("t"), registry.summary("s"))) {
            assertThat(((CellMeter) meter).samplesExemplars()).isTrue();
            assertThat(((CellMeter) meter).pointWriter()).isNotNull();
        }
    }

    @Test
    void shouldKeepReadingSpansThatAreNotSampled() {
        Counter counter = registry.counter("c");
        spans.spanId = "0000000000000002";
        Eventually.assertEventually(
                () -> {
                    counter.increment();
                    return spans.reads.get() > 5 * SpanExemplars.MAX_MISSES;
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

    @Test
    void shouldResetTheMissesAtTheNextSpan() {
        Counter counter = registry.counter("c");
        for (int round = 0; round < 4 * SpanExemplars.MAX_MISSES; round++) {
            spans.spanId = round % SpanExemplars.MAX_MISSES == 0 ? "0000000000000002" : null;
            recordUntilNextRead(counter);
        }
    }

    /** Records until the span context is read once. A second read would be a second miss. */
    private void recordUntilNextRead(Counter counter) {
        int before = spans.reads.get();
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (spans.reads.get() == before && System.nanoTime() < deadline) {
            counter.increment();
        }
        assertThat(spans.reads).hasValue(before + 1);
    }
}
