package dev.percpu.registry;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads values of a configuration, and says what is wrong with one. */
final class SettingValue {
    private SettingValue() {}

    /** Returns a key's value in the registry's own configuration, else the system property of that name, else null. */
    static @Nullable String of(PrometheusConfig config, String key) {
        String value = config.get(key);
        return value != null ? value : System.getProperty(key);
    }

    /**
     * @param parser throws an {@link IllegalArgumentException} for a value that is not allowed
     * @param allowed what a value may be, in words
     * @throws IllegalArgumentException naming key, value and what is allowed
     */
    static <T> T parsed(String key, String value, String allowed, Function<String, T> parser) {
        try {
            return parser.apply(value.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + " is '" + value + "', but must be: " + allowed, e);
        }
    }

    /** Whether that parser takes the value. */
    static boolean isAllowed(String value, Function<String, ?> parser) {
        try {
            var _ = parser.apply(value.strip());
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
