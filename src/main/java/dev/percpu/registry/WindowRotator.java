package dev.percpu.registry;

import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.micrometer.core.instrument.Clock;
import java.lang.ref.WeakReference;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A background task that rotates the time windows of a registry's meters shortly before each window ends. So maxima and percentiles age
 * without reads. It runs from the first windowed meter until the registry is closed or garbage-collected. Thread-safe.
 *
 * <p>All registries share one daemon thread, which ends when it has no task. Nothing that a rotation throws ends the task.
 *
 * @param <R> the registry's type; the rotator holds the registry weakly
 */
final class WindowRotator<R> {
    static final String THREAD_NAME = "percpu-window-rotator";

    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(WindowRotator.class);

    /** Number of rotations in the shortest window. Amounts between the last rotation of a window and its end count for the next window. */
    private static final int ROTATIONS_PER_WINDOW = 20;

    private static final long SHORTEST_PERIOD_MILLIS = 20;
    private static final long LONGEST_PERIOD_MILLIS = 5_000;

    private static final ScheduledThreadPoolExecutor THREAD = newThread();

    private static ScheduledThreadPoolExecutor newThread() {
        ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread created = Thread.ofPlatform()
                    .daemon()
                    .inheritInheritableThreadLocals(false)
                    .name(THREAD_NAME)
                    .unstarted(task);
            created.setContextClassLoader(null); // the thread outlives the application that caused it
            return created;
        });
        thread.setRemoveOnCancelPolicy(true);
        thread.setKeepAliveTime(1, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
        return thread;
    }

    /** Rotates the windows of a registry that end within a time from now. */
    interface Rotation<R> {
        void rotate(R registry, long nowMillis, long withinMillis);
    }

    private final WeakReference<R> registry;
    private final Rotation<R> rotation;
    private final Clock clock;
    private volatile long periodMillis;
    private @Nullable Future<?> task;
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
        long period = Math.clamp(windowMillis / ROTATIONS_PER_WINDOW, SHORTEST_PERIOD_MILLIS, LONGEST_PERIOD_MILLIS);
        if (stopped || (task != null && period >= periodMillis)) {
            return;
        }
        cancel();
        periodMillis = period;
        task = THREAD.scheduleWithFixedDelay(this::rotate, 0, period, TimeUnit.MILLISECONDS);
    }

    /** Starts the thread again if it has ended although there are tasks, for example because there was no memory for another wait. */
    void ensureRunning() {
        if (isRunning()) {
            try {
                THREAD.prestartCoreThread();
            } catch (Throwable e) { // no memory for a thread: the scrape goes on
                logFailure(e);
            }
        }
    }

    synchronized void stop() {
        stopped = true;
        cancel();
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    private void cancel() {
        if (task != null) {
            task.cancel(false);
            task = null;
        }
    }

    /** Returns whether there was a windowed meter and the registry is neither closed nor garbage-collected. */
    synchronized boolean isRunning() {
        return task != null;
    }

    private void rotate() {
        R current = registry.get();
        if (current == null) {
            stop();
        }
        if (current == null || isStopped()) {
            throw new CancellationException(); // ends this task, even if it was queued by a call that failed
        }
        long period = periodMillis;
        try {
            // A rotation that comes late must not miss the end of a window.
            rotation.rotate(current, clock.wallTime(), period + period / 2);
        } catch (Throwable e) { // errors too: an exception would cancel the task
            logFailure(e);
        }
    }

    private static void logFailure(Throwable failure) {
        try {
            LOGGER.log("Rotating the time windows failed; they are rotated again after the next period", failure);
        } catch (Throwable outOfMemory) {
            // There is no memory for the message. The next rotation tries again.
        }
    }
}
