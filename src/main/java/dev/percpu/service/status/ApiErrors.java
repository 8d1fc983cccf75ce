package dev.percpu.service.status;

import com.fasterxml.jackson.core.JacksonException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * The errors below {@code /api}, as problem details in JSON. Stateless.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457, Problem Details for HTTP APIs</a>
 */
@Singleton
class ApiErrors {
    private static final Logger LOG = Logger.getLogger(ApiErrors.class);
    private static final String PATHS = "/api/*";
    private static final String CONTENT_TYPE = "application/problem+json";
    private static final String ALLOWED_METHODS = "GET, HEAD, OPTIONS";

    /** After the endpoints, and before Quarkus' handlers of errors, which answer in HTML. */
    private static final int AFTER_ENDPOINTS = Integer.MAX_VALUE - 1;

    void register(@Observes Router router) {
        router.route(PATHS)
                .order(AFTER_ENDPOINTS)
                .handler(context -> respond(context, 404))
                .failureHandler(ApiErrors::fail);
    }

    private static void fail(RoutingContext context) {
        if (context.failure() instanceof SecurityException) {
            context.next(); // Quarkus answers with the challenge
            return;
        }
        int status = context.statusCode() >= 400 ? context.statusCode() : 500;
        boolean gone = context.failure() instanceof IOException && !(context.failure() instanceof JacksonException);
        if (context.response().closed() || gone) {
            LOG.debugf("A client disconnected before the end of a response: %s", context.failure());
        } else if (status >= 500) {
            LOG.errorf(context.failure(), "%s failed", context.request().path());
        }
        respond(context, status);
    }

    private static void respond(RoutingContext context, int status) {
        if (context.response().ended() || context.response().closed()) {
            return;
        }
        if (context.response().headWritten()) {
            context.response().reset();
            return;
        }
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(problem(status));
    }

    /** Errors that Quarkus REST finds, such as a method that an endpoint does not have. */
    @ServerExceptionMapper
    Response map(WebApplicationException error) {
        int status = error.getResponse().getStatus();
        Response.ResponseBuilder response = Response.fromResponse(error.getResponse())
                .type(CONTENT_TYPE)
                .header("Cache-Control", "no-store")
                .entity(problem(status));
        if (status == 405) {
            response.header("Allow", ALLOWED_METHODS);
        }
        return response.build();
    }

    private static String problem(int status) {
        Response.Status known = Response.Status.fromStatusCode(status);
        return new JsonObject()
                .put("type", "about:blank")
                .put("title", known == null ? "Error" : known.getReasonPhrase())
                .put("status", status)
                .encode();
    }
}
