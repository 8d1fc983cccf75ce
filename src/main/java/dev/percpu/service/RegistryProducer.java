package dev.percpu.service;

import dev.percpu.meter.PerCpuMeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

/**
 * Makes what the rest of the service is built on. Quarkus asks for every registry when it starts, adds it to its composite and closes it
 * when it stops.
 */
class RegistryProducer {

    @Produces
    @Singleton
    ServiceSettings settings(Config config) {
        return ServiceSettings.read(config);
    }

    @Produces
    @Singleton
    PerCpuMeterRegistry registry(ServiceSettings settings) {
        return new PerCpuMeterRegistry();
    }
}
