package dev.percpu.settings;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A setting whose key can have a suffix for some meters: a dot and the first words of their names. Immutable.
 *
 * <p>{@code percpu.histogram.native.mode.http.server} applies to {@code http.server.requests}, but not to {@code http.servers}. The
 * longest key that matches a meter is used. The key without a suffix applies to all remaining meters.
 *
 * @param <T> Java type of the values
 */
public final class MeterSetting<T> extends Setting<T> {
    MeterSetting(String key, Subject subject, SettingType<T> type, String defaultText, String description) {
        super(key, subject, type, defaultText, description);
    }

    /**
     * Returns the value for a meter, or the default.
     *
     * @param meterName Micrometer's name, such as {@code http.server.requests}
     * @param configuration returns the text of a key, or null if the key is not set
     * @throws IllegalArgumentException if the value is not allowed, naming key, allowed values and value
     */
    public T read(String meterName, Function<String, @Nullable String> configuration) {
        for (String words = meterName; !words.isEmpty(); words = withoutLastWord(words)) {
            String name = key() + "." + words;
            String value = configuration.apply(name);
            if (value != null) {
                return parse(name, value);
            }
        }
        return read(configuration);
    }

    private static String withoutLastWord(String words) {
        return words.substring(0, Math.max(0, words.lastIndexOf('.')));
    }

    /** Returns the suffix of a key of this setting: the first words of meter names. Empty if the key has no suffix. */
    public String meterPrefix(String name) {
        return rest(name, key() + ".");
    }

    @Override
    boolean isKey(String name) {
        return super.isKey(name) || isKeyForMeters(name);
    }

    /** Returns whether a name is this key with a suffix. A suffix in quotation marks matches no meter. */
    boolean isKeyForMeters(String name) {
        String prefix = meterPrefix(name);
        return !prefix.isEmpty() && prefix.indexOf('"') < 0;
    }

    /**
     * Returns whether an environment variable sets this setting for some meters. An underscore in the name of a meter stands for any
     * character that is neither a letter nor a digit.
     */
    boolean isVariableForMeters(String variable) {
        return rest(variable, variable(key()) + "_").matches("[^_].*");
    }

    private static String rest(String name, String prefix) {
        return name.startsWith(prefix) ? name.substring(prefix.length()) : "";
    }
}
