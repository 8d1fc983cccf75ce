package dev.percpu.scrape;

import static dev.percpu.Eventually.assertEventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.percpu.meter.NanOnFailureGauge;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.settings.Settings;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionMeterCollectorTest {
    private static final String PROTOBUF =
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

    private final PerCpuMeterRegistry registry =
            new PerCpuMeterRegistry((PerCpuConfig) key -> key.equals(Settings.GAUGE_TIMEOUT.key()) ? "500" : null);
    private final CountDownLatch release = new CountDownLatch(1);
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final List<Logger> loggers = List.of(
            Logger.getLogger(FunctionMeterCollector.class.getName()),
            Logger.getLogger(NanOnFailureGauge.class.getName()));
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            warnings.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void addLogHandler() {
        loggers.forEach(logger -> logger.addHandler(handler));
        registry.counter("before").increment();
        Gauge.builder("working", () -> 7).register(registry);
    }

    @AfterEach
    void close() {
        loggers.forEach(logger -> logger.removeHandler(handler));
        release.countDown();
        registry.close();
    }

    private double block() {
        try {
            release.await();
            return 1;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldWriteNaNForAGaugeThatBlocksAndAllOtherValues() {
        AtomicInteger calls = new AtomicInteger();
        Gauge.builder("blocking", () -> {
                    calls.incrementAndGet();
                    return block();
                })
                .tag("a", "b")
                .register(registry);

        for (int i = 0; i < 3; i++) {
            assertThat(registry.scrape().lines()).contains("blocking{a=\"b\"} NaN", "working 7.0", "before_total 1.0");
        }
        assertThat(registry.scrape(PROTOBUF)).contains("blocking", "working");
        assertThat(calls).hasValue(1);
        assertThat(warnings).singleElement().asString().contains("blocking", "did not return within 500 ms");

        release.countDown();
        assertEventually(() -> registry.scrape().contains("blocking{a=\"b\"} 1.0\n"), true);
    }

    @Test
    void shouldLeaveOutAFunctionCounterThatBlocks() {
        FunctionCounter.builder("blocking.calls", this, ignored -> block()).register(registry);

        assertThat(registry.scrape().lines())
                .noneMatch(line -> line.startsWith("blocking"))
                .contains("working 7.0", "before_total 1.0");
    }

    @Test
    void shouldWriteNaNForGaugesThatThrowAndLogEachOnce() {
        for (String name : List.of("first", "second")) {
            Gauge.builder(name, () -> {
                        throw new IllegalStateException("on purpose");
                    })
                    .register(registry);
        }
        Gauge.builder("failing.badly", () -> {
                    throw new AssertionError("on purpose");
                })
                .register(registry);

        for (int i = 0; i < 2; i++) {
            assertThat(registry.scrape().lines())
                    .contains("first NaN", "second NaN", "failing_badly NaN", "working 7.0", "before_total 1.0");
        }
        assertThat(registry.get("first").gauge().value()).isNaN();
        assertThat(warnings)
                .hasSize(3)
                .anyMatch(warning -> warning.contains("first"))
                .anyMatch(warning -> warning.contains("second"))
                .anyMatch(warning -> warning.contains("failing.badly"));
    }

    @Test
    void shouldLogOnceThatGaugesAreNotCalledWhileTooManyBlock() {
        PerCpuMeterRegistry shortLimit =
                new PerCpuMeterRegistry((PerCpuConfig) key -> key.equals(Settings.GAUGE_TIMEOUT.key()) ? "50" : null);
        AtomicInteger calls = new AtomicInteger();
        for (int i = 0; i < 100; i++) {
            Gauge.builder("many", () -> calls.incrementAndGet() > 50 ? block() : 1)
                    .tag("i", "" + i)
                    .register(shortLimit);
        }

        assertThat(shortLimit.scrape().lines().filter(line -> line.endsWith(" NaN")))
                .hasSize(50);
        shortLimit.scrape();

        assertThat(calls).hasValue(50 + TimeLimitedExecutor.MAX_ABANDONED);
        assertThat(warnings.stream().filter(warning -> warning.contains("did not return within")))
                .hasSize(TimeLimitedExecutor.MAX_ABANDONED);
        assertThat(warnings.stream()
                        .filter(warning ->
                                warning.startsWith("16 calls of gauges and other functions have not returned")))
                .singleElement()
                .asString()
                .contains("34 functions were not called in this scrape");
        shortLimit.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/openmetrics-text", PROTOBUF, "text/plain; escaping=dots"})
    void shouldEndTheScrapeOfAnInterruptedThread(String format) {
        Thread scraping = Thread.currentThread();
        Gauge.builder("blocking", () -> {
                    scraping.interrupt();
                    return block();
                })
                .register(registry);

        assertThatThrownBy(() -> registry.scrape(OutputStream.nullOutputStream(), format))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(warnings).isEmpty();
    }

    @Test
    void shouldReadCountersAfterASlowGauge() {
        Gauge.builder("slow", () -> {
                    registry.counter("before").increment();
                    return 1;
                })
                .register(registry);

        assertThat(registry.scrape().lines()).contains("before_total 2.0");
        assertThat(registry.scrape("text/plain; escaping=dots").lines()).contains("before_total 3.0");
    }

    @Test
    void shouldNotCallGaugesThatAreNotIncluded() {
        AtomicInteger calls = new AtomicInteger();
        Gauge.builder("excluded", calls::incrementAndGet).register(registry);

        registry.scrape("text/plain", java.util.Set.of("working"));

        assertThat(calls).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "60001", "61s", "500us", "-1", "999999999999", "soon"})
    void shouldRejectAnInvalidTimeoutWithKeyValueAndAllowedValues(String value) {
        assertThatThrownBy(() -> new PerCpuMeterRegistry(
                        (PerCpuConfig) key -> key.equals(Settings.GAUGE_TIMEOUT.key()) ? value : null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("percpu.scrape.gauge-timeout must be a duration from 1ms to 1m (such as 30s or PT1M;"
                        + " a plain number is in milliseconds), but was " + value);
    }
}
