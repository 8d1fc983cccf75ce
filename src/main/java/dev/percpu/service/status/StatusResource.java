package dev.percpu.service.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.rseq.Cpus;
import dev.percpu.rseq.NumaNodes;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;

/**
 * The endpoints below {@code /api}. They run on worker threads, because each response reads every cell and files in {@code /sys}.
 *
 * <p>They return text, which Quarkus sends without blocking. It writes an object to a stream, and a client that does not read would block
 * the worker thread.
 *
 * <p>Thread-safe.
 */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
class StatusResource {

    private final RseqStatus status;
    private final PerCpuMeterRegistry registry;
    private final ObjectMapper json;
    private final NumaNodes numaNodes = new NumaNodes();

    StatusResource(RseqStatus status, PerCpuMeterRegistry registry, ObjectMapper json) {
        this.json = json;
        this.status = status;
        this.registry = registry;
    }

    @GET
    @Path("/rseq")
    @Operation(summary = "The state of rseq in this process. A value that does not exist on this system is null.")
    @APIResponseSchema(RseqReport.class)
    public String rseq() throws JsonProcessingException {
        return json.writeValueAsString(RseqReport.of(
                RseqProbe.current(status), registry.statistics(), Cpus.read().online()));
    }

    @GET
    @Path("/cpus")
    @Operation(
            summary =
                    "The observations of timers and summaries that each CPU recorded, and the restarts of its critical sections.")
    @APIResponseSchema(CpusReport.class)
    public String cpus() throws JsonProcessingException {
        return json.writeValueAsString(
                CpusReport.of(status, registry.statistics(), Cpus.read().online(), numaNodes::of));
    }
}
