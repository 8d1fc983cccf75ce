package dev.percpu.quarkus.request;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.net.URI;

/** Endpoints of each kind, for the tests of the request metrics. */
@Path("/sample")
public class SampleEndpoints {

    @GET
    @Path("/items/{id}")
    public Response item(@PathParam("id") int id) {
        return id == 404 ? Response.status(404).build() : Response.ok("item").build();
    }

    @DELETE
    @Path("/items/{id}")
    public void delete(@PathParam("id") int id) {}

    @POST
    @Path("/items/")
    public Response add(String body) {
        return Response.created(URI.create("/sample/items/1")).build();
    }

    @GET
    @Path("/moved")
    public Response moved() {
        return Response.seeOther(URI.create("/sample/items/1")).build();
    }

    @GET
    @Path("/moved/{where}")
    public Response movedBelow(@PathParam("where") String where) {
        return Response.seeOther(URI.create("/sample/items/1")).build();
    }

    @GET
    @Path("/failing")
    public String failing() {
        throw new IllegalStateException("on purpose");
    }

    @GET
    @Path("/virtual")
    @RunOnVirtualThread
    public String virtual() {
        return Thread.currentThread().isVirtual() ? "virtual" : "platform";
    }

    @Path("/nested/{name}")
    public Nested nested() {
        return new Nested();
    }

    /** A sub-resource. */
    public static class Nested {
        @GET
        @Path("/deep/{key}")
        public String deep(@PathParam("key") String key) {
            return key;
        }
    }

    /** Adds Vert.x routes with and without parameters, for every path below one, and in a mounted router. */
    void routes(@Observes Router router, Vertx vertx) {
        router.get("/vertx/things/:thing").handler(context -> context.end("thing"));
        router.get("/vertx/plain").handler(context -> context.end("plain"));
        router.get("/vertx/files/*").handler(context -> context.end("file"));
        Router inner = Router.router(vertx);
        inner.get("/inside").handler(context -> context.end("inside"));
        inner.get("/things/:thing").handler(context -> context.end("thing inside"));
        router.route("/vertx/mounted/*").subRouter(inner);
        router.route("/vertx/tenants/:no/*").subRouter(inner);
        router.get("/vertx/named/:no").setName("by-name").handler(context -> context.end("named"));
        router.getWithRegex("/vertx/regex/[0-9]+").handler(context -> context.end("by a regular expression"));
    }
}
