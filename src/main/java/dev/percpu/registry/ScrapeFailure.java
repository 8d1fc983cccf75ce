package dev.percpu.registry;

import java.util.Locale;

/** Why a scrape was not answered, or not to its end: the label {@code reason} of {@code percpu_scrape_failures_total}. */
public enum ScrapeFailure {
    /** As many as are allowed were going on. */
    BUSY,
    /** It took longer than its client waits. */
    TIMEOUT,
    /** The client closed the connection. */
    GONE,
    /** A fault, which is in the log. */
    ERROR;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
