package dev.percpu.quarkus.request;

import dev.percpu.quarkus.request.route.RouteTimers;
import dev.percpu.quarkus.request.route.UriLabels;
import dev.percpu.quarkus.request.route.UriTimers;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one request between its head and its end; the one object that a request costs.
 *
 * <p>Not thread-safe: Vert.x tells everything about a request on the event loop of its connection.
 */
final class ActiveRequest {

    /** Under this name Quarkus REST, and whatever else knows it, leaves the template of the matched route in the request's context. */
    private static final String TEMPLATE_LOCAL = "UrlPathTemplate";

    final HttpServerRequestInternal request;
    final long startNanos;

    private @Nullable String mount;
    private @Nullable String route;
    private boolean ended;

    ActiveRequest(HttpServerRequestInternal request, long startNanos) {
        this.request = request;
        this.startNanos = startNanos;
    }

    /** Notes a Vert.x route that was given the request; the last one counts. Routes for every path ({@code /}) tell nothing. */
    void routed(String name) {
        if (!UriLabels.isRoot(name)) {
            mount = route;
            route = name;
        }
    }

    /**
     * Ends the request. Vert.x can tell the end of one request twice: when a connection breaks and the handler then ends its response,
     * or when a response of HTTP/2 ends before its request.
     *
     * @return whether this was the first time
     */
    boolean end() {
        boolean first = !ended;
        ended = true;
        return first;
    }

    /** The timers under the request's {@code uri}, or null if it is not to be recorded. */
    @Nullable
    UriTimers timers(RouteTimers routes, int status) {
        if (isPreflight()) {
            return routes.preflight();
        }
        String template = request.context().getLocal(TEMPLATE_LOCAL);
        return routes.find(request.path(), template, mount, route, status);
    }

    private boolean isPreflight() {
        return HttpMethod.OPTIONS.equals(request.method())
                && request.headers().contains("Origin")
                && request.headers().contains("Access-Control-Request-Method")
                && request.headers().contains("Access-Control-Request-Headers");
    }
}
