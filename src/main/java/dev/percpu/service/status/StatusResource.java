package dev.percpu.service.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.percpu.quarkus.QuarkusSettings;
import dev.percpu.settings.Settings;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jboss.resteasy.reactive.Cache;

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
@Cache(noStore = true)
class StatusResource {

    private final StatusReports reports;
    private final ObjectMapper json;
    private final boolean showRequests;

    StatusResource(StatusReports reports, ObjectMapper json, QuarkusSettings settings) {
        this.reports = reports;
        this.json = json;
        this.showRequests = settings.get(Settings.PAGE_REQUESTS);
    }

    @GET
    @Path("/rseq")
    @Operation(summary = "The state of rseq in this process. A value that does not exist on this system is null.")
    @APIResponseSchema(RseqReport.class)
    public String rseq() throws JsonProcessingException {
        return json.writeValueAsString(reports.rseq());
    }

    @GET
    @Path("/cpus")
    @Operation(
            summary =
                    "The observations of timers and summaries that each CPU recorded, and the restarts of its critical sections.")
    @APIResponseSchema(CpusReport.class)
    public String cpus() throws JsonProcessingException {
        return json.writeValueAsString(reports.cpus());
    }

    @GET
    @Path("/requests")
    @Operation(
            summary =
                    "The requests of each route and method since the start: number, errors, time. Counts are cumulative.")
    @APIResponseSchema(RequestsReport.class)
    @APIResponse(responseCode = "404", description = "percpu.page.requests is false.")
    public String requests() throws JsonProcessingException {
        if (!showRequests) {
            throw new NotFoundException();
        }
        return json.writeValueAsString(reports.requests());
    }

    @GET
    @Path("/ingest")
    @Operation(
            summary =
                    "The packets and samples of each protocol since the start: received, recorded, rejected, dropped. Counts are cumulative.")
    @APIResponseSchema(IngestReport.class)
    @APIResponse(responseCode = "404", description = "Ingest is off.")
    public String ingest() throws JsonProcessingException {
        return json.writeValueAsString(reports.ingest().orElseThrow(NotFoundException::new));
    }
}
