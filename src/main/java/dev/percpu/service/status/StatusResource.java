package dev.percpu.service.status;

import dev.percpu.registry.ShardReader;
import dev.percpu.rseq.Cpus;
import dev.percpu.rseq.NumaNodes;
import dev.percpu.rseq.RseqStatus;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** What this process really does, and why. On worker threads, since both answers read every cell and some files of the kernel. */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
class StatusResource {

    private final RseqStatus status;
    private final ShardReader shards;
    private final NumaNodes numaNodes = new NumaNodes();

    StatusResource(RseqStatus status, ShardReader shards) {
        this.status = status;
        this.shards = shards;
    }

    @GET
    @Path("/rseq")
    @Operation(summary = "The state of the rseq ABI in this process. Values that do not exist on this system are null.")
    public RseqReport rseq() {
        return RseqReport.of(status, shards.now(), Cpus.read().online());
    }

    @GET
    @Path("/cpus")
    @Operation(
            summary =
                    "What each CPU recorded: observations of timers and summaries, and restarts of critical sections.")
    public CpusReport cpus() {
        return CpusReport.of(status, shards.now(), Cpus.read().online(), numaNodes::of);
    }
}
