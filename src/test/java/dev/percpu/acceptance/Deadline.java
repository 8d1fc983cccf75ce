package dev.percpu.acceptance;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The end of somebody's patience with another process, which can only be asked again and again. */
final class Deadline {

    private static final long PAUSE_NANOS = Duration.ofMillis(50).toNanos();

    private final long endNanos;

    private Deadline(long endNanos) {
        this.endNanos = endNanos;
    }

    static Deadline in(Duration patience) {
        return new Deadline(System.nanoTime() + patience.toNanos());
    }

    boolean passed() {
        return System.nanoTime() - endNanos >= 0;
    }

    /** Leaves the processor to the others before the next question. */
    void pause() {
        LockSupport.parkNanos(PAUSE_NANOS);
    }
}
