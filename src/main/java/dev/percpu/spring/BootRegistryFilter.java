package dev.percpu.spring;

import dev.percpu.registry.PerCpuMeterRegistry;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Removes Spring Boot's Prometheus registry while this project's is enabled. Boot's would register the same families in the same
 * {@code PrometheusRegistry}, and its endpoint has the same id.
 *
 * <p>An application that excludes {@link PerCpuMetricsAutoConfiguration} keeps Boot's registry.
 */
final class BootRegistryFilter implements AutoConfigurationImportFilter, EnvironmentAware {
    private static final Set<String> OF_BOOT = Set.of(
            // 3.5
            "org.springframework.boot.actuate.autoconfigure.metrics.export.prometheus.PrometheusMetricsExportAutoConfiguration",
            // 4
            "org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration");

    private @Nullable Environment environment;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    /**
     * Returns which classes are kept.
     *
     * @param classes null where another filter has removed a class
     */
    @Override
    public boolean[] match(@Nullable String[] classes, AutoConfigurationMetadata metadata) {
        boolean replaced = environment != null
                && EnvironmentSettings.isEnabled(environment)
                && Arrays.asList(classes).contains(PerCpuMetricsAutoConfiguration.class.getName());
        if (replaced && environment != null && OnExportEnabled.isExported(environment)) {
            // The earliest time at which the environment is known, and at which Boot calls code of this library.
            PerCpuMeterRegistry.prepareInBackground();
        }
        boolean[] kept = new boolean[classes.length];
        for (int i = 0; i < classes.length; i++) {
            kept[i] = !(replaced && classes[i] != null && OF_BOOT.contains(classes[i]));
        }
        return kept;
    }
}
