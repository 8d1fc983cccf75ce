package dev.percpu.registry;

import java.util.Locale;

/** The label {@code reason} of {@code percpu_scrape_failures_total}: why a scrape was refused or not completed. */
public enum ScrapeFailure {
    /** The limit of concurrent scrapes was reached. */
    BUSY,
    /** The scrape took longer than its timeout. */
    TIMEOUT,
    /** The client closed the connection. */
    GONE,
    /** The scrape failed; the log has the cause. */
    ERROR;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
