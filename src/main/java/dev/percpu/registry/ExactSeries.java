package dev.percpu.registry;

import io.micrometer.core.instrument.Meter;
import org.jspecify.annotations.Nullable;

/**
 * The result of the registration of a meter with an exact name. Immutable.
 *
 * @param state whether there is a meter, and which
 * @param meter the meter to record into; null if there is none
 * @param reason why there is no meter; null if there is one
 */
public record ExactSeries(
        State state, @Nullable Meter meter, @Nullable String reason) {
    /** Which meter a registration returned. */
    public enum State {
        /** The meter of this id, which may be of another type if it was registered before. */
        OWN,
        /** The overflow meter of this name, because the meter is beyond a limit. */
        OVERFLOW,
        /** None: a limit on series is reached, and there is no overflow meter. */
        BEYOND_LIMIT,
        /** None: Prometheus does not accept the name or labels, or another family has the name. */
        REJECTED
    }

    static ExactSeries own(Meter meter) {
        return new ExactSeries(State.OWN, meter, null);
    }

    static ExactSeries overflow(Meter meter) {
        return new ExactSeries(State.OVERFLOW, meter, null);
    }

    static ExactSeries beyondLimit(int max) {
        return new ExactSeries(State.BEYOND_LIMIT, null, "the limit of " + max + " series is reached");
    }

    static ExactSeries rejected(String reason) {
        return new ExactSeries(State.REJECTED, null, reason);
    }
}
