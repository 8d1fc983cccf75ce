package dev.percpu.registry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** An application that uses a registry, keeps its meters in static fields, and closes the registry at its end. */
public final class RedeployedApplication implements Runnable {
    private static PerCpuMeterRegistry registry;
    private static Counter counter;
    private static Timer timer;

    @Override
    public void run() {
        registry = new PerCpuMeterRegistry();
        new PerCpuMeters(registry).bindTo(registry);
        counter = registry.counter("orders");
        timer = Timer.builder("checkout")
                .publishPercentileHistogram()
                .publishPercentiles(0.5)
                .register(registry);
        Gauge.builder("queue", () -> 7).register(registry);
        counter.increment();
        timer.record(Duration.ofMillis(3));
        String scrape = registry.scrape();
        if (!scrape.contains("orders_total 1.0") || !scrape.contains("percpu_region_bytes{state=\"reserved\"}")) {
            throw new AssertionError(scrape);
        }
        registry.close();
    }
}
