package dev.percpu.registry;

import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.micrometer.core.instrument.Clock;
import java.lang.ref.WeakReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the windowed meters of a registry shortly before each of their windows ends, so that maxima and percentiles age while nobody
 * reads them. One daemon thread per registry, from its first windowed meter until the registry is closed or collected.
 */
final class WindowRotator {
    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(WindowRotator.class);

    /** A look is early by at most this part of the shortest window: what is recorded after it counts for the next one. */
    private static final int LOOKS_PER_WINDOW = 20;

    private static final long SHORTEST_PERIOD_MILLIS = 20;
    private static final long LONGEST_PERIOD_MILLIS = 5_000;

    private final WeakReference<PerCpuMeterRegistry> registry;
    private final Clock clock;
    private volatile long periodMillis = LONGEST_PERIOD_MILLIS;
    private @Nullable Thread thread;
    private boolean stopped;

    WindowRotator(PerCpuMeterRegistry registry, Clock clock) {
        this.registry = new WeakReference<>(registry);
        this.clock = clock;
    }

    /** Makes the looks frequent enough for windows of this length. */
    synchronized void include(long windowMillis) {
        long wanted = Math.clamp(windowMillis / LOOKS_PER_WINDOW, SHORTEST_PERIOD_MILLIS, LONGEST_PERIOD_MILLIS);
        if (wanted < periodMillis) {
            periodMillis = wanted;
            LockSupport.unpark(thread);
        }
        if (thread == null && !stopped) {
            thread = Thread.ofPlatform().daemon().name("percpu-window-turner").start(this::run);
        }
    }

    synchronized void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    private void run() {
        while (!isStopped()) {
            long period = periodMillis;
            PerCpuMeterRegistry current = registry.get();
            if (current == null) {
                return;
            }
            try {
                current.settleWindows(
                        clock.wallTime(), period + period / 2); // a look that comes late must not miss the end
            } catch (RuntimeException e) {
                LOGGER.log("windows could not be looked at; they are again at the next look", e);
            }
            current = null; // a waiting thread must not keep the registry alive
            LockSupport.parkNanos(this, period * 1_000_000);
        }
    }
}
