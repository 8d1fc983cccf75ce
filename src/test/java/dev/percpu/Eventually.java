package dev.percpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Polls a value that another thread changes, and fails with the last value after a timeout. */
public final class Eventually {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Eventually() {}

    /** Waits until the supplied value equals the expected one. A supplier that throws is called again, as a meter may not be registered yet. */
    public static <T> void assertEventually(Supplier<T> actual, T expected) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isEqual(actual, expected)) {
            if (System.nanoTime() >= deadline) {
                assertThat(actual.get()).isEqualTo(expected);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static <T> boolean isEqual(Supplier<T> actual, T expected) {
        try {
            return actual.get().equals(expected);
        } catch (RuntimeException e) {
            return false;
        }
    }
}
