package dev.percpu.registry;

import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.micrometer.core.instrument.Clock;
import java.lang.ref.WeakReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A background task that rotates the time windows of a registry's meters shortly before each window ends. So maxima and
 * percentiles age without reads. It runs on one daemon thread per registry, from the first windowed meter until the registry is
 * closed or garbage-collected. Thread-safe.
 *
 * @param <R> the registry's type; the rotator holds the registry weakly
 */
final class WindowRotator<R> {
    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(WindowRotator.class);

    /** Number of rotations in the shortest window. Amounts between the last rotation of a window and its end count for the next window. */
    private static final int ROTATIONS_PER_WINDOW = 20;

    private static final long SHORTEST_PERIOD_MILLIS = 20;
    private static final long LONGEST_PERIOD_MILLIS = 5_000;

    /** Rotates the windows of a registry that end within a time from now. */
    interface Rotation<R> {
        void rotate(R registry, long nowMillis, long withinMillis);
    }

    private final WeakReference<R> registry;
    private final Rotation<R> rotation;
    private final Clock clock;
    private volatile long periodMillis = LONGEST_PERIOD_MILLIS;
    private @Nullable Thread thread;
    private boolean stopped;

    /**
     * @param registry held weakly
     * @param rotation must not refer to the registry
     */
    WindowRotator(R registry, Rotation<R> rotation, Clock clock) {
        this.registry = new WeakReference<>(registry);
        this.rotation = rotation;
        this.clock = clock;
    }

    /** Makes rotations frequent enough for windows of this length, in milliseconds. */
    synchronized void include(long windowMillis) {
        long periodForWindow =
                Math.clamp(windowMillis / ROTATIONS_PER_WINDOW, SHORTEST_PERIOD_MILLIS, LONGEST_PERIOD_MILLIS);
        if (periodForWindow < periodMillis) {
            periodMillis = periodForWindow;
            LockSupport.unpark(thread);
        }
        if (thread == null && !stopped) {
            thread = Thread.ofPlatform().daemon().name("percpu-window-rotator").start(this::run);
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
            R current = registry.get();
            if (current == null) {
                return;
            }
            try {
                // A rotation that comes late must not miss the end of a window.
                rotation.rotate(current, clock.wallTime(), period + period / 2);
            } catch (RuntimeException e) {
                LOGGER.log("Rotating the time windows failed; they are rotated again after the next period", e);
            }
            current = null; // a waiting thread must not keep the registry alive
            LockSupport.parkNanos(this, period * 1_000_000);
        }
    }
}
