package dev.percpu.settings;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A configuration key with its type, default, allowed values and description. Immutable.
 *
 * <p>The caller of {@link #read} passes a function from key to text, such as {@code PrometheusConfig::get} or {@code
 * System::getProperty}. All errors have the form {@code <key> must be <allowed>, but was <value>}.
 *
 * @param <T> Java type of the values
 */
public class Setting<T> {
    private final List<String> keys;
    private final Subject subject;
    private final SettingType<T> type;
    private final @Nullable String defaultText;
    private final @Nullable T unset;
    private final String description;

    private Setting(
            List<String> keys,
            Subject subject,
            SettingType<T> type,
            @Nullable String defaultText,
            @Nullable T unset,
            String description) {
        this.keys = keys;
        this.subject = subject;
        this.type = type;
        this.defaultText = defaultText;
        this.unset = unset;
        this.description = description;
    }

    /** Declares a setting whose default is the value of a text. It is parsed when it is read, because most are not read at the start. */
    Setting(String key, Subject subject, SettingType<T> type, String defaultText, String description) {
        this(List.of(key), subject, type, defaultText, null, description);
    }

    /**
     * Declares a setting that is not set by default.
     *
     * @param unset value if the key is not set
     */
    static <T> Setting<T> unset(String key, Subject subject, SettingType<T> type, T unset, String description) {
        return new Setting<>(List.of(key), subject, type, null, unset, description);
    }

    /** Returns this setting with a second key, which is read if the first is not set. */
    Setting<T> withFormerKey(String former) {
        return new Setting<>(List.of(key(), former), subject, type, defaultText, unset, description);
    }

    /** Returns the key, such as {@code percpu.series.max}. */
    public final String key() {
        return keys.getFirst();
    }

    /** Returns the keys that are read, in this order, until one is set. */
    final List<String> keys() {
        return keys;
    }

    final Subject subject() {
        return subject;
    }

    final SettingType<T> type() {
        return type;
    }

    /** Returns the default as a text, or null if the setting is not set by default. */
    final @Nullable String defaultText() {
        return defaultText;
    }

    /**
     * Checks the value in a configuration. A key that is not set takes no time: a default is always allowed.
     *
     * @param configuration returns the text of a key, or null if the key is not set
     * @throws IllegalArgumentException if the value is not allowed, naming key, allowed values and value
     */
    public final void check(Function<String, @Nullable String> configuration) {
        var _ = set(configuration);
    }

    /** Returns the value of a configuration that does not set this key. */
    public final T defaultValue() {
        return defaultText == null ? Objects.requireNonNull(unset) : type.parse(defaultText);
    }

    final String description() {
        return description;
    }

    /** Returns whether the registry reads this setting, in any application. */
    public final boolean inLibrary() {
        return subject.applications() == Subject.Applications.ALL;
    }

    /** Returns the allowed values in words, to follow "must be". */
    public final String allowed() {
        return type.allowed();
    }

    /**
     * Returns the value in a configuration, or the default.
     *
     * @param configuration returns the text of a key, or null if the key is not set
     * @throws IllegalArgumentException if the value is not allowed, naming key, allowed values and value
     */
    public final T read(Function<String, @Nullable String> configuration) {
        T value = set(configuration);
        return value == null ? defaultValue() : value;
    }

    /** Returns the value in a configuration; null if it is not set. */
    private @Nullable T set(Function<String, @Nullable String> configuration) {
        for (String name : keys) {
            String text = configuration.apply(name);
            if (text != null) {
                return parse(name, text);
            }
        }
        return null;
    }

    /**
     * Returns the value of a text.
     *
     * @param name key for the message
     * @throws IllegalArgumentException if the value is not allowed, naming key, allowed values and value
     */
    final T parse(String name, String text) {
        try {
            return type.parse(text.strip());
        } catch (IllegalArgumentException e) {
            String shown = text.isBlank() ? "blank" : text;
            throw new IllegalArgumentException(name + " must be " + allowed() + ", but was " + shown + reason(e), e);
        }
    }

    private static String reason(IllegalArgumentException e) {
        return e instanceof SettingType.RejectedItemException ? " (" + e.getMessage() + ")" : "";
    }

    /** Returns the environment variable that sets a key: upper case, with an underscore for all but ASCII letters and digits. */
    public static String variable(String key) {
        StringBuilder variable = new StringBuilder(key.length());
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            boolean kept = c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
            variable.append(kept ? c : '_');
        }
        return variable.toString().toUpperCase(Locale.ROOT);
    }

    /** Returns whether a name in a configuration file sets this setting, or an item of its list. */
    boolean isKey(String name) {
        return keys.contains(name.endsWith("]") ? unindexed(name, "\\[\\d+]") : name);
    }

    /** Returns whether an environment variable sets this setting, or an item of its list, for all meters. */
    final boolean isVariable(String variable) {
        return unindexed(variable, "_\\d+_").equals(variable(key()));
    }

    private String unindexed(String name, String index) {
        return type instanceof SettingType.ListOf<?> ? name.replaceFirst(index + "$", "") : name;
    }

    @Override
    public final String toString() {
        return key();
    }
}
