package dev.percpu.service;

import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.rseq.RseqStatus;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * Health of the service. Alive is who answers: there is no check for that. Ready is a registry that still records; recording without rseq
 * is slower but loses nothing, so it is told and no reason to be sent no requests.
 */
class HealthChecks {

    @Produces
    @Singleton
    @Startup
    HealthCheck probed(RseqStatus status) {
        return () -> HealthCheckResponse.named("rseq probed")
                .withData("owner", status.owner().toString())
                .withData("selfTest", status.selfTest().result().toString())
                .up()
                .build();
    }

    @Produces
    @Singleton
    @Readiness
    HealthCheck recording(PerCpuMeterRegistry registry, RseqStatus status) {
        return () -> HealthCheckResponse.named("recording")
                .withData("mode", status.mode().toString())
                .withData("reason", status.reason() == null ? "" : status.reason())
                .status(!registry.isClosed())
                .build();
    }
}
