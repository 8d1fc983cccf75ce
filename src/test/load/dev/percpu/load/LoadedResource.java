package dev.percpu.load;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;

/** A minimal resource with a path parameter, so that request metrics are a large share of the CPU time. Used by {@code make bench} only. */
@Path("/items/{id}")
public class LoadedResource {

    /** Returns the id of the path. Runs on the event loop, because it does not block. */
    @GET
    @NonBlocking
    public String item(@PathParam("id") String id) {
        return id;
    }
}
