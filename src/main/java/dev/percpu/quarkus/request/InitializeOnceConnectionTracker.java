package dev.percpu.quarkus.request;

import io.quarkus.vertx.http.runtime.ExtendedQuarkusVertxHttpMetrics.ConnectionTracker;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes on what a limit of connections does, but its beginning once only: Quarkus tells it anew for each event loop that a server listens
 * on, with the same count, and its own tracker would register its gauges each time and be warned of it in the log.
 *
 * <p>Thread-safe if what it passes on to is.
 */
final class InitializeOnceConnectionTracker implements ConnectionTracker {

    private final ConnectionTracker tracker;
    private final AtomicBoolean initialized = new AtomicBoolean();

    InitializeOnceConnectionTracker(ConnectionTracker tracker) {
        this.tracker = tracker;
    }

    @Override
    public void onConnectionRejected() {
        tracker.onConnectionRejected();
    }

    @Override
    public void initialize(int maxConnections, AtomicInteger current) {
        if (initialized.compareAndSet(false, true)) {
            tracker.initialize(maxConnections, current);
        }
    }
}
