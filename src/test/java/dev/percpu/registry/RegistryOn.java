package dev.percpu.registry;

import dev.percpu.shard.CellStore;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;
import org.jspecify.annotations.Nullable;

/** Opens registries on given stores, for tests of other packages. */
public final class RegistryOn {
    private RegistryOn() {}

    /** Opens the store that a registry with this configuration opens itself. */
    public static CellStore newStore(PrometheusConfig config) {
        return PerCpuMeterRegistry.openStore(config);
    }

    /** Opens a registry on the system clock. The registry closes the store. */
    public static PerCpuMeterRegistry store(CellStore store) {
        return store(PerCpuConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, null, store);
    }

    /** Opens a registry with these parts. The registry closes the store. */
    public static PerCpuMeterRegistry store(
            PrometheusConfig config,
            PrometheusRegistry prometheus,
            Clock clock,
            @Nullable SpanContext spans,
            CellStore store) {
        return new PerCpuMeterRegistry(config, prometheus, clock, spans, store);
    }

    /** Rotates the windows that end within this time, as the registry's thread does. */
    public static void rotateWindows(PerCpuMeterRegistry registry, long nowMillis, long withinMillis) {
        registry.rotateWindows(nowMillis, withinMillis);
    }
}
