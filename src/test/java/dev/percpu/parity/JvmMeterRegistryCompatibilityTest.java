package dev.percpu.parity;

import dev.percpu.registry.RegistryOn;
import dev.percpu.shard.JvmCellStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.tck.MeterRegistryCompatibilityKit;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;

/** Micrometer's compatibility kit on cells of the JVM, which are used without the native library. */
class JvmMeterRegistryCompatibilityTest extends MeterRegistryCompatibilityKit {
    @Override
    public MeterRegistry registry() {
        return RegistryOn.store(
                PrometheusConfig.DEFAULT, new PrometheusRegistry(), new MockClock(), null, new JvmCellStore());
    }

    @Override
    public Duration step() {
        return PrometheusConfig.DEFAULT.step();
    }
}
