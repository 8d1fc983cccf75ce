package dev.percpu.scrape;

import org.jspecify.annotations.Nullable;

/**
 * One thing that a scrape asks for and that others wrote, so that it may fail or never return. What it reads is kept until the scraping
 * thread takes it; what it reads too late nobody takes. Used once.
 */
abstract class GuardedRead implements TimeLimitedExecutor.Task {
    private @Nullable Throwable failure;

    @Override
    public final void run() {
        try {
            read();
        } catch (Throwable e) { // an error too is that of one reading only
            failure = e;
        }
    }

    /** Null if it did not fail. To be asked after it was {@linkplain TimeLimitedExecutor.Outcome#DONE done}. */
    final @Nullable Throwable failure() {
        return failure;
    }

    /** Reads it, on any thread. */
    abstract void read();

    /** Takes what was read, on the scraping thread. */
    abstract void take();

    /** Takes what stands for it, on the scraping thread: it was not read. */
    abstract void takeUnknown();

    /** Whether this is the first time that it is named in the log. */
    abstract boolean isFirstFailure();

    /** What it is, for the log. */
    abstract String inWords();
}
