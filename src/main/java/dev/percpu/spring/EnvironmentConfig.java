package dev.percpu.spring;

import dev.percpu.registry.PerCpuConfig;
import dev.percpu.settings.Setting;
import dev.percpu.settings.Settings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of the registry: keys of {@link Settings} from Spring's environment, all else from the bean {@link PrometheusConfig}.
 * Immutable.
 *
 * @param settings the checked settings
 * @param exported the bean of the application, or {@link ExportConfig}
 */
record EnvironmentConfig(EnvironmentSettings settings, PrometheusConfig exported) implements PerCpuConfig {
    @Override
    public @Nullable String get(String key) {
        return Settings.find(key).filter(Setting::inLibrary).isPresent() ? settings.text(key) : exported.get(key);
    }

    @Override
    public String prefix() {
        return exported.prefix();
    }

    @Override
    public boolean descriptions() {
        return exported.descriptions();
    }

    @Override
    public Duration step() {
        return exported.step();
    }

    @Override
    public @Nullable Properties prometheusProperties() {
        return exported.prometheusProperties();
    }
}
