package dev.percpu.spring;

import dev.percpu.settings.Settings;
import dev.percpu.settings.SettingsCheck;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The settings of a Spring Boot application, checked as a whole. They are read from all sources of Spring's environment. Immutable if the
 * environment is. Thread-safe.
 *
 * <p>A search in Spring's environment for a key that is not set takes long, and a registry reads most keys several times. So keys that no
 * source can have are not searched for.
 */
final class EnvironmentSettings {
    /** Sources without a list of names: Spring Boot's view of all others, and its random numbers. */
    private static final Set<String> WITHOUT_SETTINGS = Set.of("configurationProperties", "random");

    private final ConfigurableEnvironment environment;

    /** The names in all sources, without the characters that Spring ignores in names, sorted; null if a source does not list its names. */
    private final @Nullable NavigableSet<String> comparableNames;

    /**
     * Checks the settings.
     *
     * @throws InvalidSettingsException with a line for each value that is not allowed and for each unknown key
     */
    EnvironmentSettings(ConfigurableEnvironment environment) {
        this.environment = environment;
        Set<String> names = new HashSet<>();
        Set<String> variables = new HashSet<>();
        boolean complete = true;
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> listed) {
                List<String> found = List.of(listed.getPropertyNames());
                names.addAll(found);
                if (source instanceof SystemEnvironmentPropertySource) {
                    variables.addAll(found);
                }
            } else {
                complete &= source instanceof PropertySource.StubPropertySource
                        || WITHOUT_SETTINGS.contains(source.getName());
            }
        }
        comparableNames = complete ? comparable(names) : null;
        List<String> errors = SettingsCheck.errors(this::text, names, variables::contains);
        if (!errors.isEmpty()) {
            throw new InvalidSettingsException(errors);
        }
    }

    /**
     * Returns whether this registry replaces Boot's.
     *
     * @throws InvalidSettingsException if the value is not allowed
     */
    static boolean isEnabled(Environment environment) {
        try {
            return Settings.METRICS_ENABLED.read(environment::getProperty);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingsException(List.of(String.valueOf(e.getMessage())));
        }
    }

    /** Returns the text of a key, or null if the key is not set. */
    @Nullable
    String text(String key) {
        return canBeSet(key) ? environment.getProperty(key) : null;
    }

    private boolean canBeSet(String key) {
        if (comparableNames == null) {
            return true;
        }
        String comparable = comparable(key);
        String first = comparableNames.ceiling(comparable);
        return first != null && first.startsWith(comparable); // longer: an item of a list
    }

    private static NavigableSet<String> comparable(Set<String> names) {
        NavigableSet<String> comparable = new TreeSet<>();
        for (String name : names) {
            comparable.add(comparable(name));
        }
        return comparable;
    }

    /** Returns the letters and digits of a name, in lower case: Spring finds {@code percpu.series.max} in {@code PERCPU_SERIES_MAX} too. */
    private static String comparable(String name) {
        StringBuilder comparable = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isLetterOrDigit(c)) {
                comparable.append(Character.toLowerCase(c));
            }
        }
        return comparable.toString();
    }
}
