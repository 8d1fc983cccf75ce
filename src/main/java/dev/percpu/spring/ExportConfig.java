package dev.percpu.spring;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;

/**
 * The keys below {@code management.prometheus.metrics.export}, with the defaults of Spring Boot. Immutable.
 *
 * <p>Boot's own class for them has another package in each version, so the keys are bound here.
 *
 * @param step length of the windows of maxima and percentiles
 * @param descriptions whether scrapes have help texts
 * @param prometheusProperties properties of the Prometheus client; null if there are none
 */
record ExportConfig(
        Duration step, boolean descriptions, @Nullable Properties prometheusProperties) implements PrometheusConfig {

    private static final String PREFIX = "management.prometheus.metrics.export";

    /** @throws org.springframework.boot.context.properties.bind.BindException if a value is not allowed */
    static ExportConfig bind(Binder binder) {
        Map<String, String> properties = binder.bind(PREFIX + ".properties", Bindable.mapOf(String.class, String.class))
                .orElse(Map.of());
        Properties client = null;
        if (!properties.isEmpty()) {
            client = new Properties();
            client.putAll(properties);
        }
        return new ExportConfig(
                binder.bind(PREFIX + ".step", Duration.class).orElse(DEFAULT.step()),
                binder.bind(PREFIX + ".descriptions", Boolean.class).orElse(true),
                client);
    }

    @Override
    public String prefix() {
        return PREFIX;
    }

    @Override
    public @Nullable String get(String key) {
        return null;
    }
}
