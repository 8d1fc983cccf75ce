package dev.percpu.quarkus.metrics;

import dev.percpu.registry.ScrapeFailure;
import java.io.IOException;

/** Thrown when a scrape ends early because the client disconnected or the timeout ended. It is no error of the service. */
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
