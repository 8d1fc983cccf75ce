package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.Eventually;
import dev.percpu.shard.JvmCellStore;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WindowRotatorTest {
    private static final Duration STEP = Duration.ofMillis(300);

    private final PerCpuMeterRegistry registry = open();

    private static PrometheusConfig config() {
        return key -> key.equals("prometheus.step") ? STEP.toMillis() + "ms" : null;
    }

    private static PerCpuMeterRegistry open() {
        return new PerCpuMeterRegistry(config(), new PrometheusRegistry(), Clock.SYSTEM, null, new JvmCellStore());
    }

    @AfterEach
    void closeRegistry() {
        registry.close();
    }

    /** All rotator threads of this JVM, of other registries too. */
    private static Set<Thread> rotators() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("percpu-window-rotator"))
                .collect(Collectors.toSet());
    }

    private static Set<Thread> newRotators(Set<Thread> others) {
        Set<Thread> rotators = rotators();
        rotators.removeAll(others);
        return rotators;
    }

    /** No read happens before the end. Without the thread, the first read would treat the old maximum as new. */
    @Test
    void shouldAgeMaximaAndPercentilesWithoutReads() {
        Timer timer = Timer.builder("t").publishPercentiles(0.5).register(registry);
        timer.record(Duration.ofSeconds(9));
        long forgotten = System.nanoTime() + STEP.multipliedBy(8).toNanos();
        while (System.nanoTime() < forgotten) {
            LockSupport.parkNanos(forgotten - System.nanoTime()); // real time must pass
        }

        assertThat(timer.max(TimeUnit.SECONDS)).isZero();
        assertThat(timer.takeSnapshot().percentileValues()[0].value()).isZero();
        assertThat(timer.count()).isEqualTo(1);
    }

    @Test
    void shouldRunOneThreadFromTheFirstWindowUntilClose() {
        Set<Thread> others = rotators();
        registry.counter("c");
        assertThat(newRotators(others)).isEmpty();

        registry.timer("t");
        registry.timer("u");
        registry.summary("s");
        assertThat(newRotators(others)).singleElement().matches(Thread::isDaemon);

        registry.close();
        registry.timer("late");
        Eventually.assertEventually(() -> newRotators(others), Set.of());
    }

    @Test
    void shouldContinueAfterAFailedRotation() {
        AtomicInteger rotations = new AtomicInteger();
        PerCpuMeterRegistry failing =
                new PerCpuMeterRegistry(config(), new PrometheusRegistry(), Clock.SYSTEM, null, new JvmCellStore()) {
                    @Override
                    void rotateWindows(long nowMillis, long withinMillis) {
                        rotations.incrementAndGet();
                        throw new IllegalStateException("rotation failed");
                    }
                };
        failing.timer("t");
        Eventually.assertEventually(() -> rotations.get() > 3, true);
        failing.close();
    }

    @Test
    void shouldEndWhenTheRegistryIsGarbageCollected() {
        Set<Thread> others = rotators();
        open().timer("t");

        Eventually.assertEventually(
                () -> {
                    System.gc();
                    return newRotators(others);
                },
                Set.of());
    }
}
