package dev.percpu.quarkus.metrics;

import dev.percpu.registry.ScrapeFailure;
import org.jspecify.annotations.Nullable;

/**
 * The cancellation of one scrape, by timeout or by a client that disconnects. Thread-safe.
 *
 * <p>Canceling interrupts the worker thread between {@link #enter()} and {@link #leave()}, which ends its waits for gauges and for the
 * client. A thread that has left is never interrupted.
 */
final class ScrapeCancellation {
    private final long deadlineNanos;

    /** The thread that executes the scrape. Guarded by this, as are the fields below. */
    private @Nullable Thread worker;

    private @Nullable ScrapeFailure reason;
    private boolean interrupted;

    /**
     * @param deadlineNanos the end of the timeout, by {@link System#nanoTime()}
     */
    ScrapeCancellation(long deadlineNanos) {
        this.deadlineNanos = deadlineNanos;
    }

    /** Returns the end of the timeout, by {@link System#nanoTime()}. */
    long deadlineNanos() {
        return deadlineNanos;
    }

    /** Returns why the scrape was canceled; null if it was not. */
    synchronized @Nullable ScrapeFailure reason() {
        return reason;
    }

    /**
     * Starts the scrape on this thread, which must call {@link #leave()} afterwards, even if this method throws.
     *
     * @throws ScrapeEndedException if the scrape was canceled or its timeout has ended
     */
    synchronized void enter() throws ScrapeEndedException {
        if (reason == null && System.nanoTime() - deadlineNanos >= 0) {
            reason = ScrapeFailure.TIMEOUT;
        }
        if (reason != null) {
            throw new ScrapeEndedException(reason, "the scrape was canceled before it started");
        }
        worker = Thread.currentThread();
    }

    /** Ends the scrape on this thread, and clears the interrupt that {@link #cancel} caused. */
    synchronized void leave() {
        worker = null;
        if (interrupted) {
            interrupted = false;
            Thread.interrupted();
        }
    }

    /** Cancels the scrape. Only the first call has an effect. */
    synchronized void cancel(ScrapeFailure failure) {
        if (reason == null) {
            reason = failure;
            if (worker != null) {
                interrupted = true;
                worker.interrupt();
            }
        }
    }
}
