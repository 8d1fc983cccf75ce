package dev.percpu.quarkus;

import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.PerCpuMeters;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.scrape.IsolatingPrometheusRegistry;
import dev.percpu.settings.Settings;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.prometheus.metrics.tracer.common.SpanContext;
import io.prometheus.metrics.tracer.initializer.SpanContextSupplier;
import io.quarkus.micrometer.runtime.MeterFilterConstraint;
import io.quarkus.micrometer.runtime.MeterRegistryCustomizer;
import io.quarkus.micrometer.runtime.MeterRegistryCustomizerConstraint;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

/**
 * A producer of the beans of the registry, each from the one before: settings, status, registry. Stateless. Quarkus requests every registry
 * at start, so that an error in one of them ends the start. Quarkus adds the registry to its composite, and closes it at the end.
 */
class RegistryProducer {
    /** The begin of the names of classes that produce Quarkus' own Prometheus registry. */
    private static final String QUARKUS_PROMETHEUS = "io.quarkus.micrometer.runtime.export.Prometheus";

    /** @throws ConfigurationException naming each value that is not allowed and each unknown key */
    @Produces
    @Singleton
    QuarkusSettings settings(Config config) {
        QuarkusSettings settings = QuarkusSettings.read(config);
        // The loader of the library also runs without Quarkus, and reads system properties only.
        settings.get(Settings.NATIVE_DIR)
                .ifPresent(folder -> System.setProperty(Settings.NATIVE_DIR.key(), folder.toString()));
        // Quarkus requests the settings for its HTTP server, some time before it requests the registry.
        PerCpuMeterRegistry.prepareInBackground();
        RseqProbe.startInBackground(settings.get(Settings.RSEQ_MODE), settings.get(Settings.SHARD_INDEX));
        return settings;
    }

    @Produces
    @Singleton
    RequestSettings requests(QuarkusSettings settings) {
        return settings.requests();
    }

    /** @throws ConfigurationException if the native library is required and cannot be used, naming file, reason and remedy */
    @Produces
    @Singleton
    RseqStatus status(QuarkusSettings settings) {
        RseqStatus status = RseqProbe.status(settings.get(Settings.RSEQ_MODE), settings.get(Settings.SHARD_INDEX));
        if (status.lacksRequiredLibrary(settings.get(Settings.NATIVE_REQUIRED))) {
            throw new ConfigurationException(status.missingLibraryMessage());
        }
        return status;
    }

    /** @throws ConfigurationException if the application has Quarkus' own Prometheus registry, which serves the same path */
    @Produces
    @Singleton
    PerCpuMeterRegistry registry(
            QuarkusSettings settings,
            RseqStatus status,
            BeanManager beans,
            Instance<SpanContext> spans,
            @Any Instance<MeterFilter> filters,
            @Any Instance<MeterRegistryCustomizer> customizers) {
        // Not an Instance, which leaves out default beans.
        if (beans.getBeans(MeterRegistry.class, Any.Literal.INSTANCE).stream()
                .anyMatch(bean -> bean.getBeanClass().getName().startsWith(QUARKUS_PROMETHEUS))) {
            throw new ConfigurationException("Remove the dependency quarkus-micrometer-registry-prometheus, or set"
                    + " quarkus.micrometer.export.prometheus.enabled=false: its registry and percpu-metrics cannot"
                    + " serve the same metrics.");
        }
        // For exemplars: a bean of the application, else OpenTelemetry's if it is there.
        SpanContext span = spans.isResolvable() ? spans.get() : SpanContextSupplier.getSpanContext();
        PerCpuMeterRegistry registry = new PerCpuMeterRegistry(
                settings.registryConfig(), new IsolatingPrometheusRegistry(), Clock.SYSTEM, span);
        // Quarkus applies unconstrained beans to every registry, but constrained ones only to the registries of its own
        // extensions.
        filters.select(new MeterFilterConstraint.Literal(PerCpuMeterRegistry.class))
                .forEach(registry.config()::meterFilter);
        customizers.select(new MeterRegistryCustomizerConstraint.Literal(PerCpuMeterRegistry.class)).stream()
                .sorted()
                .forEach(customizer -> customizer.customize(registry));
        return registry;
    }

    @Produces
    @Singleton
    PerCpuMeters meters(PerCpuMeterRegistry registry) {
        return new PerCpuMeters(registry);
    }
}
