package dev.percpu.quarkus.metrics;

import dev.percpu.registry.ScrapeFailure;
import org.jspecify.annotations.Nullable;

/**
 * Whether somebody still waits for a scrape. As soon as nobody does, the thread that works on it is interrupted, so that it does not go on
 * waiting for gauges or for its reader; a thread that has left is not touched. Thread-safe.
 */
final class ScrapeCancellation {
    private final long deadlineNanos;

    /** What works on the scrape. Guarded by this, as the others below are. */
    private @Nullable Thread worker;

    private @Nullable ScrapeFailure reason;
    private boolean interrupted;

    /**
     * @param deadlineNanos when the time is over, by {@link System#nanoTime()}
     */
    ScrapeCancellation(long deadlineNanos) {
        this.deadlineNanos = deadlineNanos;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    /** Why nobody waits any more; null while somebody does. */
    synchronized @Nullable ScrapeFailure reason() {
        return reason;
    }

    /**
     * Begins the work of this thread, which has to {@link #leave()} in any case.
     *
     * @throws ScrapeEndedException if nobody waits any more
     */
    synchronized void enter() throws ScrapeEndedException {
        if (reason == null && System.nanoTime() - deadlineNanos >= 0) {
            reason = ScrapeFailure.TIMEOUT;
        }
        if (reason != null) {
            throw new ScrapeEndedException(reason, "nobody waited any more when it began");
        }
        worker = Thread.currentThread();
    }

    /** Ends the work of this thread, and clears the interrupt that came from here. */
    synchronized void leave() {
        worker = null;
        if (interrupted) {
            interrupted = false;
            Thread.interrupted();
        }
    }

    /** Nobody waits any more; the first reason counts. */
    synchronized void end(ScrapeFailure why) {
        if (reason == null) {
            reason = why;
            if (worker != null) {
                interrupted = true;
                worker.interrupt();
            }
        }
    }
}
