package dev.percpu.scrape;

import org.jspecify.annotations.Nullable;

/**
 * One read of user code in a scrape, which may fail or never return. Used once.
 *
 * <p>A worker thread reads, and keeps the result in this object. The scrape thread accepts the result if the read completed in time. A later
 * result is dropped.
 */
abstract class GuardedRead implements TimeLimitedExecutor.Task {
    private @Nullable Throwable failure;

    @Override
    public final void run() {
        try {
            read();
        } catch (Throwable e) { // an error of user code too must not end the scrape
            failure = e;
        }
    }

    /** Returns what the read threw, or null. Call it only after {@link TimeLimitedExecutor.Outcome#COMPLETED}. */
    final @Nullable Throwable failure() {
        return failure;
    }

    /** Reads the value. Called on a worker thread. */
    abstract void read();

    /** Adds the value that was read to the scrape. Called on the scrape thread. */
    abstract void accept();

    /** Adds a placeholder for the missing value: NaN for a gauge, nothing for other series. Called on the scrape thread. */
    abstract void acceptUnknown();

    /** Marks this source as reported. Returns whether this was the first call. */
    abstract boolean markReported();

    /** Returns a noun phrase for the log, such as "the meter x". */
    abstract String description();
}
