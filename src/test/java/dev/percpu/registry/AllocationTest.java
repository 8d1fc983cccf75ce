package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.percpu.meter.PerCpuDistributionSummary;
import dev.percpu.meter.PerCpuTimer;
import dev.percpu.settings.Settings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A record allocates nothing once it is compiled. */
public class AllocationTest {
    private static final int RECORDS = 100_000;

    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry(
            PrometheusConfig.DEFAULT,
            new PrometheusRegistry(),
            new MockClock(),
            null,
            PerCpuMeterRegistry.openStore(PrometheusConfig.DEFAULT));

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void shouldAllocateNothingForAnIncrement() {
        Counter counter = registry.counter("c");
        assertThat(bytesPerCall(i -> counter.increment())).isLessThan(0.5);
        assertThat(bytesPerCall(counter::increment)).isLessThan(0.5);
        assertThat(bytesPerCall(i -> counter.increment(0.5))).isLessThan(0.5);
    }

    @Test
    void shouldAllocateNothingForAnObservation() {
        Timer plain = registry.timer("plain");
        Timer rich = Timer.builder("rich")
                .publishPercentileHistogram()
                .publishPercentiles(0.5)
                .register(registry);
        DistributionSummary summary =
                DistributionSummary.builder("s").publishPercentileHistogram().register(registry);
        assertThat(bytesPerCall(i -> plain.record(i, TimeUnit.MICROSECONDS))).isLessThan(0.5);
        assertThat(bytesPerCall(i -> rich.record(i, TimeUnit.MICROSECONDS))).isLessThan(0.5);
        assertThat(bytesPerCall(i -> summary.record(i * 0.1))).isLessThan(0.5);
        PerCpuTimer timer = (PerCpuTimer) rich;
        PerCpuDistributionSummary doubles = (PerCpuDistributionSummary) summary;
        assertThat(bytesPerCall(i -> timer.record(i, TimeUnit.MICROSECONDS, 10)))
                .isLessThan(0.5);
        assertThat(bytesPerCall(i -> doubles.record(i * 0.1, 10))).isLessThan(0.5);
    }

    @Test
    void shouldAllocateNothingForAnObservationInANativeHistogram() {
        PerCpuConfig config =
                Map.of(Settings.HISTOGRAM_MODE.key(), "native", Settings.HISTOGRAM_MAX_BUCKETS.key(), "500")::get;
        PerCpuMeterRegistry ofNative = new PerCpuMeterRegistry(config);
        Timer timer = Timer.builder("fine").publishPercentileHistogram().register(ofNative);
        DistributionSummary summary =
                DistributionSummary.builder("s").publishPercentileHistogram().register(ofNative);
        assertThat(bytesPerCall(i -> timer.record(i, TimeUnit.MICROSECONDS))).isLessThan(0.5);
        assertThat(bytesPerCall(i -> summary.record(i * 0.1))).isLessThan(0.5);
        ofNative.close();
    }

    /** Returns the minimum of several runs: the JIT still compiles during the first ones. */
    public static double bytesPerCall(IntConsumer call) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int run = 0; run < 20 && least > RECORDS / 2; run++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 1; i <= RECORDS; i++) {
                call.accept(i);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return (double) least / RECORDS;
    }
}
