package dev.percpu.family;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.NamingConvention;
import org.jspecify.annotations.Nullable;

/**
 * The naming convention of meters whose Prometheus names are given: names and label names are written unchanged, without any suffix.
 * Stateless and thread-safe.
 *
 * <p>A family of such meters has no family of maxima. It does not share its name with meters of another convention.
 */
public final class ExactNames implements NamingConvention {
    /** The only instance, which is compared by identity. */
    public static final NamingConvention CONVENTION = new ExactNames();

    private ExactNames() {}

    @Override
    public String name(String name, Meter.Type type, @Nullable String baseUnit) {
        return name;
    }

    @Override
    public String tagKey(String key) {
        return key;
    }

    /** Returns whether a convention is this one. */
    @SuppressWarnings("ReferenceEquality") // there is one instance
    static boolean is(NamingConvention convention) {
        return convention == CONVENTION;
    }
}
