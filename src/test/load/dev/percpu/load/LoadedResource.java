package dev.percpu.load;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;

/** The lightest resource with a path parameter: what is recorded of a request weighs most beside it. For {@code make bench} alone. */
@Path("/items/{id}")
public class LoadedResource {

    /** Says its id again. On the event loop, as nothing in it waits. */
    @GET
    @NonBlocking
    public String item(@PathParam("id") String id) {
        return id;
    }
}
