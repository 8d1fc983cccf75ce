package dev.percpu.spring;

import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * A preparation of the process for the first registry, on a thread of its own, while Spring creates other beans. It loads the native
 * library, runs the self-test, and links the record calls. These take most of the time that a registry adds to the start. Thread-safe.
 */
final class BackgroundStart {
    private static final AtomicBoolean STARTED = new AtomicBoolean();

    private BackgroundStart() {}

    /**
     * Starts the thread. Only the first call does so: a later context finds the process prepared.
     *
     * @param environment settings of the registry. Invalid ones have no effect here: the bean of the settings reports them.
     */
    static void begin(ConfigurableEnvironment environment) {
        if (STARTED.getAndSet(true)) {
            return;
        }
        PerCpuConfig config;
        try {
            config = new EnvironmentConfig(new EnvironmentSettings(environment), PrometheusConfig.DEFAULT);
        } catch (InvalidSettingsException e) {
            return;
        }
        Thread.ofPlatform().daemon().name("percpu-start").start(() -> prepare(config));
    }

    /** Records once into each kind of cell, in a registry that is closed at once. Throws nothing. */
    static void prepare(PerCpuConfig config) {
        try {
            PerCpuMeterRegistry registry = new PerCpuMeterRegistry(config);
            registry.counter("prepared").increment();
            registry.timer("prepared.timer").record(1, TimeUnit.NANOSECONDS);
            registry.close();
        } catch (RuntimeException | LinkageError e) {
            // The bean of the registry fails for the same reason, and reports it.
        }
    }
}
