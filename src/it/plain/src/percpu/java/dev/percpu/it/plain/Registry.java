package dev.percpu.it.plain;

import com.sun.net.httpserver.HttpHandler;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.PerCpuMeters;
import dev.percpu.registry.ScrapeHandler;
import io.micrometer.core.instrument.MeterRegistry;

/** The registry of this project, and its endpoint. */
final class Registry {
    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry(PerCpuConfig.DEFAULT);
    private final PerCpuMeters meters = new PerCpuMeters(registry);

    MeterRegistry meters() {
        meters.bindTo(registry);
        return registry;
    }

    HttpHandler endpoint() {
        return new ScrapeHandler(registry, meters);
    }
}
