package dev.percpu.parity;

import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.tck.MeterRegistryCompatibilityKit;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;

/** Micrometer's compatibility kit, its tests for all registries, on per-CPU cells. */
class PerCpuMeterRegistryCompatibilityTest extends MeterRegistryCompatibilityKit {
    @Override
    public MeterRegistry registry() {
        return new PerCpuMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(), new MockClock());
    }

    @Override
    public Duration step() {
        return PrometheusConfig.DEFAULT.step();
    }
}
