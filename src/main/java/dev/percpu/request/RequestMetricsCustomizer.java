package dev.percpu.request;

import dev.percpu.meter.PerCpuMeterRegistry;
import io.quarkus.vertx.VertxOptionsCustomizer;
import io.quarkus.vertx.http.runtime.management.ManagementConfig;
import io.vertx.core.VertxOptions;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

/**
 * Hooks the request metrics into Vert.x. Runs after Quarkus' own customizers, and puts itself in front of whatever metrics they chose
 * instead of in their place.
 */
@Singleton
public class RequestMetricsCustomizer implements VertxOptionsCustomizer {

    private final Instance<PerCpuMeterRegistry> registry;
    private final Instance<ManagementConfig> management;

    RequestMetricsCustomizer(Instance<PerCpuMeterRegistry> registry, Instance<ManagementConfig> management) {
        this.registry = registry;
        this.management = management;
    }

    @Override
    public void accept(VertxOptions options) {
        // Scrapes and probes are no requests of the application.
        ManagementServer uncounted = new ManagementServer(management::get);
        ServerMetricsSource source = new ServerMetricsSource(registry::get, uncounted::is);
        options.setMetricsOptions(new ChainedMetricsOptions(options.getMetricsOptions(), source));
    }
}
