package dev.percpu.quarkus.metrics;

import dev.percpu.registry.ScrapeFailure;
import java.io.IOException;

/** A scrape was not finished, for a reason that is not a fault of ours: nobody waits for its answer any more. */
final class ScrapeEndedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final ScrapeFailure reason;

    ScrapeEndedException(ScrapeFailure reason, String message) {
        super(message);
        this.reason = reason;
    }

    ScrapeFailure reason() {
        return reason;
    }
}
