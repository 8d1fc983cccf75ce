package dev.percpu.service;

import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.service.ingest.IngestService;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.stream.Collectors;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * The health checks of startup and readiness. {@link ApplicationPortCheck} is that of liveness.
 *
 * <p>The service is ready while its registry is open and, if it is configured, ingest receives. The check {@code rseq} reports the state of rseq as data, and is always up: records by
 * atomic instructions are slower, but none is lost. Thread-safe.
 */
class HealthChecks {

    @Produces
    @Singleton
    @Startup
    HealthCheck probed(RseqStatus status) {
        return () -> HealthCheckResponse.named("rseq probed")
                .withData("selfTest", status.selfTest().result().toString())
                .up()
                .build();
    }

    @Produces
    @Singleton
    @Readiness
    HealthCheck rseq(RseqStatus status) {
        return () -> {
            RseqStatus current = RseqProbe.current(status);
            HealthCheckResponseBuilder response = HealthCheckResponse.named("rseq")
                    .withData("active", current.active())
                    .withData("owner", current.owner().toString())
                    .withData("mode", current.mode().toString())
                    .withData("indexedBy", current.indexedBy().toString())
                    .withData("selfTest", current.selfTest().result().toString());
            if (current.reason() != null) {
                response.withData("reason", current.reason());
            }
            return response.up().build();
        };
    }

    @Produces
    @Singleton
    @Readiness
    HealthCheck recording(PerCpuMeterRegistry registry) {
        return () -> HealthCheckResponse.named("recording")
                .status(!registry.isClosed())
                .build();
    }

    /** Ready when ingest receives, or is off. Without it, a client could see a ready service and send to a closed port. */
    @Produces
    @Singleton
    @Readiness
    HealthCheck receiving(IngestService ingest) {
        return () -> HealthCheckResponse.named("ingest")
                .withData(
                        "listeners",
                        ingest.statistics().isEmpty()
                                ? "none"
                                : ingest.statistics().stream()
                                        .map(Main::listenersOf)
                                        .collect(Collectors.joining(", ")))
                .status(ingest.isReady())
                .build();
    }
}
