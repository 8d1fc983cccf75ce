package dev.percpu.quarkus.request.route;

import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.micrometer.core.instrument.Clock;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A guard around the registration of meters. A registry can reject a meter, for example for lack of memory or because of a conflicting
 * name. That must not break the connection whose event registers the meter.
 *
 * <p>The first failure is logged as a warning, later ones at debug level. What the meter would have recorded is dropped. For one second
 * after a failure no registration is attempted: a failing one can make system calls, and each request would repeat it.
 *
 * <p>Thread-safe.
 */
public final class RegistrationBackoff {

    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(RegistrationBackoff.class);
    private static final long BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Clock clock;
    private volatile boolean failed;
    private volatile long failedAtNanos;

    public RegistrationBackoff(Clock clock) {
        this.clock = clock;
    }

    /**
     * Registers a meter.
     *
     * @return the meter; null if the registration failed, or was skipped because another one failed less than a second ago
     */
    public <T> @Nullable T tryRegister(Supplier<T> registration) {
        if (failed && clock.monotonicTime() - failedAtNanos < BACKOFF_NANOS) {
            return null;
        }
        try {
            T registered = registration.get();
            failed = false;
            return registered;
        } catch (RuntimeException e) {
            failedAtNanos = clock.monotonicTime();
            failed = true;
            LOGGER.log(() -> "A meter of HTTP requests could not be registered; some requests are not recorded: " + e);
            return null;
        }
    }
}
