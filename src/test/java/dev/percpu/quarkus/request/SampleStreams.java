package dev.percpu.quarkus.request;

import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.UsernamePasswordAuthenticationRequest;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.TimeoutHandler;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Endpoints that stream, wait, reject or fail, for the tests of the request metrics. */
@Path("/special")
public class SampleStreams {

    /** Number of reads of the upload's body. */
    static final AtomicInteger UPLOAD_READS = new AtomicInteger();

    @GET
    @Path("/blocking")
    @Blocking
    public String blocking() {
        return "blocking";
    }

    @GET
    @Path("/uni/{id}")
    public Uni<String> uni(@PathParam("id") String id) {
        return Uni.createFrom().item(id);
    }

    @GET
    @Path("/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<String> events() {
        return Multi.createFrom().items("one", "two", "three");
    }

    /** Sends events without end. */
    @GET
    @Path("/ticks")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<Long> ticks() {
        return Multi.createFrom().ticks().every(Duration.ofMillis(5));
    }

    @GET
    @Path("/chunked")
    public StreamingOutput chunked() {
        return out -> {
            for (int i = 0; i < 20; i++) {
                out.write("x".repeat(5_000).getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
        };
    }

    @POST
    @Path("/upload")
    @Blocking
    public long upload(InputStream body) throws IOException {
        long size = 0;
        byte[] buffer = new byte[8_192];
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
            size += read;
            UPLOAD_READS.incrementAndGet();
        }
        return size;
    }

    @GET
    @Path("/mapped/{id}")
    public String mapped() {
        throw new UnsupportedOperationException("on purpose");
    }

    @ServerExceptionMapper
    public Response map(UnsupportedOperationException e) {
        return Response.status(422).build();
    }

    /** Never sends a response. */
    @GET
    @Path("/never/{id}")
    public Uni<String> never() {
        return Uni.createFrom().nothing();
    }

    @GET
    @Path("/guarded/{id}")
    @RolesAllowed("admin")
    public String guarded() {
        return "guarded";
    }

    @GET
    @Path("/closed/{id}")
    public String closed() {
        return "behind a path policy";
    }

    void routes(@Observes Router router) {
        router.get("/vertx/moved").handler(context -> context.redirect("/vertx/plain"));
        router.get("/vertx/moved/:to").handler(context -> context.redirect("/vertx/plain"));
        router.get("/vertx/failing/:how").handler(context -> context.fail(500));
        router.get("/vertx/refusing").handler(context -> context.fail(403));
        router.get("/vertx/never").handler(TimeoutHandler.create(50)).handler(context -> {});
        router.post("/vertx/early").handler(context -> context.end("before the end of the request"));
        router.get("/vertx/closed/*").handler(context -> context.end("behind a path policy"));
        router.get("/vertx/socket").handler(SampleStreams::echo);
        router.get("/vertx/socket/:room").handler(SampleStreams::echo);
    }

    private static void echo(RoutingContext context) {
        context.request()
                .toWebSocket()
                .onSuccess(socket -> socket.textMessageHandler(text -> {
                    socket.writeTextMessage(text);
                    socket.close();
                }));
    }

    /** Accepts every user; the name of the user is the role. */
    @ApplicationScoped
    static class AnyUser implements IdentityProvider<UsernamePasswordAuthenticationRequest> {
        /** Asked before the service's own provider, which has no users. */
        @Override
        public int priority() {
            return SYSTEM_FIRST;
        }

        @Override
        public Class<UsernamePasswordAuthenticationRequest> getRequestType() {
            return UsernamePasswordAuthenticationRequest.class;
        }

        @Override
        public Uni<SecurityIdentity> authenticate(
                UsernamePasswordAuthenticationRequest request, AuthenticationRequestContext context) {
            return Uni.createFrom()
                    .item(QuarkusSecurityIdentity.builder()
                            .setPrincipal(new QuarkusPrincipal(request.getUsername()))
                            .addRoles(Set.of(request.getUsername()))
                            .build());
        }
    }
}
