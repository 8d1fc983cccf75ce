package dev.percpu.quarkus.request.route;

import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.micrometer.core.instrument.Clock;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a registry that refuses a meter (no memory for its cells, a name that is taken) from breaking the connection whose event
 * registered it. What was to be recorded is then not; the log says so once, and for a while nothing is asked for anew, since a refusal
 * can take system calls and every request would ask.
 *
 * <p>Thread-safe.
 */
public final class RegistrationBackoff {

    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(RegistrationBackoff.class);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Clock clock;
    private volatile boolean refused;
    private volatile long refusedAtNanos;

    public RegistrationBackoff(Clock clock) {
        this.clock = clock;
    }

    /** What is registered, or null if the registry refuses it, or has refused anything a moment ago. */
    public <T> @Nullable T orNull(Supplier<T> registration) {
        if (refused && clock.monotonicTime() - refusedAtNanos < PAUSE_NANOS) {
            return null;
        }
        try {
            T registered = registration.get();
            refused = false;
            return registered;
        } catch (RuntimeException e) {
            refusedAtNanos = clock.monotonicTime();
            refused = true;
            LOGGER.log(() -> "A meter of HTTP requests was refused, so some requests are not recorded: " + e);
            return null;
        }
    }
}
