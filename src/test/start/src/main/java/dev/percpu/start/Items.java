package dev.percpu.start;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** One endpoint that answers in JSON. */
@Path("/items")
public class Items {
    public record Item(String name) {}

    @GET
    public Item get() {
        return new Item("sample");
    }
}
