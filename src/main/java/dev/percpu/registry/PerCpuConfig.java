package dev.percpu.registry;

import dev.percpu.histogram.NativeHistogramSettings;
import dev.percpu.settings.Setting;
import dev.percpu.settings.Settings;
import io.micrometer.core.instrument.config.validate.InvalidReason;
import io.micrometer.core.instrument.config.validate.Validated;
import io.micrometer.prometheusmetrics.PrometheusConfig;

/**
 * Configuration of a {@link PerCpuMeterRegistry}: the keys of {@link PrometheusConfig}, and the keys of {@link Settings} {@linkplain
 * Setting#inLibrary() for every application}. The registry accepts a plain {@code PrometheusConfig} too.
 *
 * <p>The keys of {@link Settings} have no {@link #prefix()}. A key for which {@link #get(String)} returns null is read from
 * the system properties.
 *
 * <p>A value that is not allowed stops the creation of the registry. An unknown key does not: the keys of a configuration cannot be listed,
 * and the system properties belong to the whole JVM. The first registry of a process logs a warning for each unknown system property below
 * {@code percpu.} and names the most similar known key. In a Quarkus application an unknown key stops the start.
 *
 * <p>The folder of the native library, the rseq mode and the shard index apply to the whole process, from the first registry on. All
 * remaining settings apply to one registry. Implementations must be thread-safe.
 */
public interface PerCpuConfig extends PrometheusConfig {
    /** A configuration in which each setting has its default. */
    PerCpuConfig DEFAULT = key -> null;

    /**
     * Returns the settings for the percentile histogram of a meter. By default, they are read from the keys {@code
     * percpu.histogram.native.*}. Called once for each name of a timer or summary that publishes a histogram.
     *
     * @param meterName Micrometer's name, such as {@code http.server.requests}
     * @throws IllegalArgumentException if a value is not allowed, naming key, allowed values and value
     */
    default NativeHistogramSettings nativeHistogram(String meterName) {
        return new RegistrySettings(this).nativeHistogram(meterName);
    }

    /**
     * Returns the limit on series and the expiry of idle series. By default, they are read from the keys {@code
     * percpu.series.*}. Called once.
     *
     * @throws IllegalArgumentException if a value is not allowed, naming key, allowed values and value
     */
    default SeriesSettings series() {
        return new RegistrySettings(this).series();
    }

    /** Validates the keys of Micrometer and of {@link Settings}. */
    @Override
    default Validated<?> validate() {
        RegistrySettings settings = new RegistrySettings(this);
        Validated<?> all = PrometheusConfig.super.validate();
        for (Setting<?> setting : Settings.ALL) {
            if (setting.inLibrary()) {
                try {
                    settings.check(setting);
                } catch (IllegalArgumentException e) {
                    all = all.and(Validated.invalid(
                            setting.key(),
                            settings.text(setting),
                            "must be " + setting.allowed(),
                            InvalidReason.MALFORMED,
                            e));
                }
            }
        }
        return all;
    }
}
