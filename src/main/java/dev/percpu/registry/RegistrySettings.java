package dev.percpu.registry;

import dev.percpu.histogram.NativeHistogramSettings;
import dev.percpu.settings.MeterSetting;
import dev.percpu.settings.Setting;
import dev.percpu.settings.Settings;
import dev.percpu.settings.SettingsCheck;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings in the configuration of a registry. A key that the configuration does not have is read from the system properties.
 *
 * <p>Immutable. All methods that read throw an {@link IllegalArgumentException} that names key, allowed values and value.
 */
final class RegistrySettings {
    private static final System.Logger LOG = System.getLogger(RegistrySettings.class.getName());
    private static final AtomicBoolean CHECKED_FOR_UNKNOWN_KEYS = new AtomicBoolean();

    private final Function<String, @Nullable String> configuration;

    RegistrySettings(PrometheusConfig config) {
        configuration = key -> {
            String value = config.get(key);
            return value != null ? value : System.getProperty(key);
        };
    }

    /** Returns the value of a setting, or its default. */
    <T> T get(Setting<T> setting) {
        return setting.read(configuration);
    }

    /** Checks the value of a setting. */
    void check(Setting<?> setting) {
        setting.check(configuration);
    }

    /** Returns the value of a setting as a text, or null if it is not set. */
    @Nullable
    String text(Setting<?> setting) {
        return configuration.apply(setting.key());
    }

    SeriesSettings series() {
        return new SeriesSettings(
                get(Settings.SERIES_MAX), get(Settings.SERIES_EXPIRE_AFTER).orElse(null));
    }

    /**
     * Returns the settings for the percentile histogram of a meter.
     *
     * @param meterName Micrometer's name, such as {@code http.server.requests}
     */
    NativeHistogramSettings nativeHistogram(String meterName) {
        return new NativeHistogramSettings(
                Settings.HISTOGRAM_MODE.read(meterName, configuration),
                Settings.HISTOGRAM_SCHEMA.read(meterName, configuration),
                Settings.HISTOGRAM_MAX_BUCKETS.read(meterName, configuration),
                Settings.HISTOGRAM_ZERO_THRESHOLD.read(meterName, configuration).orElse(NativeHistogramSettings.AUTO));
    }

    /**
     * Checks every value that is known now. A value for some meters is known only if it is a system property.
     *
     * @throws IllegalArgumentException for the first value that is not allowed
     */
    void check() {
        for (Setting<?> setting : Settings.ALL) {
            if (setting.inLibrary()) {
                check(setting);
            }
        }
        Set<String> properties = System.getProperties().stringPropertyNames();
        for (String name : properties) {
            if (name.startsWith(SettingsCheck.PREFIX)
                    && Settings.find(name).orElse(null) instanceof MeterSetting<?> setting) {
                var _ = setting.read(setting.meterPrefix(name), configuration);
            }
        }
        if (!CHECKED_FOR_UNKNOWN_KEYS.getAndSet(true)) {
            SettingsCheck.unknownKeys(properties)
                    .forEach(error -> LOG.log(System.Logger.Level.WARNING, "System property " + error));
        }
    }
}
