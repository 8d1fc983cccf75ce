package dev.percpu.service;

import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * The health checks of startup and readiness. {@link ApplicationPortCheck} is that of liveness.
 *
 * <p>The service is ready while its registry is open. Recording by atomic instructions does not make it unready: it is slower, but loses no
 * record. The readiness check reports mode and reason as data. Thread-safe.
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
        return () -> {
            RseqStatus current = RseqProbe.current(status);
            return HealthCheckResponse.named("recording")
                    .withData("mode", current.mode().toString())
                    .withData("reason", current.reason() == null ? "" : current.reason())
                    .status(!registry.isClosed())
                    .build();
        };
    }
}
