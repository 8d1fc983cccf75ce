package dev.percpu.meter;

import dev.percpu.shard.CellStore;
import io.micrometer.core.instrument.Clock;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Opens registries on stores that no configuration asks for, for what is outside of this package. */
public final class RegistryOn {
    private RegistryOn() {}

    /** With the system's clock; the store is closed with it. */
    public static PerCpuMeterRegistry store(CellStore store) {
        return new PerCpuMeterRegistry(PerCpuConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, null, store);
    }
}
