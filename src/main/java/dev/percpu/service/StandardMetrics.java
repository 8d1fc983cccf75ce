package dev.percpu.service;

import dev.percpu.registry.PerCpuMeterRegistry;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * The metrics that standard dashboards expect, besides those of Quarkus: {@code process_*} as in every Prometheus client library, {@code
 * jvm_info}, and {@code percpu_build_info}. Stateless.
 */
@Singleton
class StandardMetrics {
    private static final String BUILD = "build.properties";

    void register(@Observes StartupEvent started, PerCpuMeterRegistry registry) {
        PrometheusRegistry collectors = registry.getPrometheusRegistry();
        ProcessMetrics.builder().register(collectors);
        // Micrometer's counter jvm.info would be jvm_total: its naming convention removes "_info".
        Info.builder()
                .name("jvm_info")
                .help("Version of the Java virtual machine")
                .labelNames("version", "vendor", "runtime")
                .register(collectors)
                .setLabelValues(
                        System.getProperty("java.runtime.version"),
                        System.getProperty("java.vm.vendor"),
                        System.getProperty("java.runtime.name"));
        Properties build = build();
        Info.builder()
                .name("percpu_build_info")
                .help("Version of percpu-metrics, and the Git revision that it was built from")
                .labelNames("version", "revision")
                .register(collectors)
                .setLabelValues(build.getProperty("version"), build.getProperty("revision"));
    }

    private static Properties build() {
        Properties build = new Properties();
        try (InputStream in = StandardMetrics.class.getResourceAsStream(BUILD)) {
            if (in == null) {
                throw new IllegalStateException("The resource " + BUILD + " must be in the jar, but was missing");
            }
            build.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return build;
    }
}
