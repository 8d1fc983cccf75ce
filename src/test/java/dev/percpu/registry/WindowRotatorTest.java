package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.Eventually;
import dev.percpu.Thrown;
import dev.percpu.shard.JvmCellStore;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** The rotator threads of this JVM. Registries that other tests did not close share them. */
    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(WindowRotator.THREAD_NAME))
                .toList();
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
    void shouldShareOneThreadAmongRegistries() {
        int before = threads().size();
        List<PerCpuMeterRegistry> registries = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            PerCpuMeterRegistry opened = open();
            opened.timer("t");
            opened.summary("s");
            registries.add(opened);
        }

        assertThat(threads()).isNotEmpty().hasSizeLessThanOrEqualTo(before + 1).allMatch(Thread::isDaemon);
        registries.forEach(PerCpuMeterRegistry::close);
    }

    @Test
    void shouldRunFromTheFirstWindowUntilTheStop() {
        AtomicInteger rotations = new AtomicInteger();
        WindowRotator<Object> rotator = new WindowRotator<>(
                registry, (rotated, nowMillis, withinMillis) -> rotations.incrementAndGet(), Clock.SYSTEM);
        assertThat(rotator.isRunning()).isFalse();

        rotator.include(1_000_000);
        rotator.include(100);
        Eventually.assertEventually(() -> rotations.get() > 3, true);

        rotator.stop();
        rotator.include(100);
        assertThat(rotator.isRunning()).isFalse();
        Eventually.assertEventually(
                () -> {
                    int before = rotations.get();
                    LockSupport.parkNanos(STEP.toNanos());
                    return rotations.get() == before;
                },
                true);
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, OutOfMemoryError.class, StackOverflowError.class})
    void shouldContinueAfterAFailedRotation(Class<? extends Throwable> failure) {
        AtomicInteger rotations = new AtomicInteger();
        WindowRotator<Object> rotator = new WindowRotator<>(
                registry,
                (rotated, nowMillis, withinMillis) -> {
                    rotations.incrementAndGet();
                    throw Thrown.unchecked(failure(failure));
                },
                Clock.SYSTEM);
        rotator.include(100);
        Eventually.assertEventually(() -> rotations.get() > 3, true);
        rotator.stop();
    }

    private static Throwable failure(Class<? extends Throwable> type) {
        try {
            return type.getConstructor(String.class).newInstance("rotation failed");
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no such constructor", e);
        }
    }

    @Test
    void shouldEndWhenTheRegistryIsGarbageCollected() {
        WindowRotator<Object> rotator =
                new WindowRotator<>(new Object(), (rotated, nowMillis, withinMillis) -> {}, Clock.SYSTEM);
        rotator.include(100);

        Eventually.assertEventually(
                () -> {
                    System.gc();
                    return rotator.isRunning();
                },
                false);
    }

    @Test
    void shouldNotKeepARegistryThatIsNotClosed() {
        WeakReference<PerCpuMeterRegistry> opened = new WeakReference<>(open());
        Objects.requireNonNull(opened.get()).timer("t");

        Eventually.assertEventually(
                () -> {
                    System.gc();
                    return opened.get() == null;
                },
                true);
    }
}
