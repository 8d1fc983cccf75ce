package dev.percpu.acceptance;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** A time limit for a loop that polls another process. */
final class Deadline {

    private static final long PAUSE_NANOS = Duration.ofMillis(50).toNanos();

    private final long endNanos;

    private Deadline(long endNanos) {
        this.endNanos = endNanos;
    }

    static Deadline in(Duration timeout) {
        return new Deadline(System.nanoTime() + timeout.toNanos());
    }

    boolean passed() {
        return System.nanoTime() - endNanos >= 0;
    }

    /** Waits 50 ms before the next poll. */
    void pause() {
        LockSupport.parkNanos(PAUSE_NANOS);
    }
}
