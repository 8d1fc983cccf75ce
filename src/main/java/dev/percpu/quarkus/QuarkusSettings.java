package dev.percpu.quarkus;

import dev.percpu.quarkus.request.route.RouteTimers;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.settings.Setting;
import dev.percpu.settings.Settings;
import dev.percpu.settings.SettingsCheck;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigValue;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a Quarkus application, checked as a whole. Immutable if the configuration is.
 *
 * <p>They are not read by a {@code @ConfigMapping}: it converts any text to a boolean, its messages do not name the allowed values of all
 * types, and it does not report unknown environment variables.
 *
 * @param configuration returns the text of a key, or null if the key is not set
 * @param scrape settings of scrapes
 * @param requests settings of request metrics
 */
public record QuarkusSettings(
        Function<String, @Nullable String> configuration, ScrapeSettings scrape, RequestSettings requests) {

    /** The registry's key for the form of the requests' histogram. */
    private static final String REQUESTS_HISTOGRAM_MODE = Settings.HISTOGRAM_MODE.key() + "." + RouteTimers.NAME;

    /**
     * Reads and checks the configuration.
     *
     * @throws ConfigurationException with a line for each value that is not allowed and for each unknown key. It has no cause: Quarkus then
     *     prints the message without a stack trace and exits with status 1.
     */
    public static QuarkusSettings read(Config config) {
        Function<String, @Nullable String> configuration = key -> text(config, key);
        List<String> names = new ArrayList<>();
        config.getPropertyNames().forEach(names::add);
        List<String> errors = SettingsCheck.errors(configuration, names, name -> isVariable(config, name));
        if (!errors.isEmpty()) {
            throw new ConfigurationException("The configuration is invalid.\n  " + String.join("\n  ", errors));
        }
        return new QuarkusSettings(
                configuration, ScrapeSettings.read(configuration), RequestSettings.read(configuration));
    }

    /** Returns the value of a setting, or its default. */
    public <T> T get(Setting<T> setting) {
        return setting.read(configuration);
    }

    /** Returns the configuration of the registry. */
    public PerCpuConfig registryConfig() {
        return new PerCpuConfig() {
            @Override
            public @Nullable String get(String key) {
                if (Settings.find(key).filter(Setting::inLibrary).isEmpty()) {
                    return null;
                }
                String value = configuration.apply(key);
                return value == null && key.equals(REQUESTS_HISTOGRAM_MODE) ? requestsHistogramMode() : value;
            }

            @Override
            public Properties prometheusProperties() {
                Properties properties = new Properties();
                properties.setProperty(
                        Settings.EXEMPLARS_ON_ALL_TYPES.key(),
                        QuarkusSettings.this
                                .get(Settings.EXEMPLARS_ON_ALL_TYPES)
                                .toString());
                return properties;
            }
        };
    }

    private @Nullable String requestsHistogramMode() {
        return requests.histogram()
                .map(mode -> mode.name().toLowerCase(Locale.ROOT))
                .orElse(null);
    }

    /**
     * Returns the text of a key. An expression that cannot be expanded is returned unexpanded, and is then reported as a value that is not
     * allowed. Items of a list that are set one by one are joined with commas.
     */
    private static @Nullable String text(Config config, String key) {
        ConfigValue value = config.getConfigValue(key);
        if (value.getValue() != null) {
            return value.getValue();
        }
        return value.getRawValue() != null
                ? value.getRawValue()
                : config.getOptionalValues(key, String.class)
                        .map(QuarkusSettings::joined)
                        .orElse(null);
    }

    private static String joined(List<String> items) {
        return items.stream()
                .map(item -> item.replace("\\", "\\\\").replace(",", "\\,"))
                .collect(Collectors.joining(","));
    }

    private static boolean isVariable(Config config, String name) {
        String source = config.getConfigValue(name).getSourceName();
        return source != null && source.startsWith("EnvConfigSource");
    }
}
