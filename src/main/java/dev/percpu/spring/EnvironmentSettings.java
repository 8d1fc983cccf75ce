package dev.percpu.spring;

import dev.percpu.settings.Settings;
import dev.percpu.settings.SettingsCheck;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The settings of a Spring Boot application, checked as a whole. They are read from all sources of Spring's environment. Immutable if the
 * environment is.
 */
final class EnvironmentSettings {
    private final ConfigurableEnvironment environment;

    /**
     * Checks the settings.
     *
     * @throws InvalidSettingsException with a line for each value that is not allowed and for each unknown key
     */
    EnvironmentSettings(ConfigurableEnvironment environment) {
        this.environment = environment;
        Set<String> names = new HashSet<>();
        Set<String> variables = new HashSet<>();
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> listed) {
                List<String> found = List.of(listed.getPropertyNames());
                names.addAll(found);
                if (source instanceof SystemEnvironmentPropertySource) {
                    variables.addAll(found);
                }
            }
        }
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
        return environment.getProperty(key);
    }
}
