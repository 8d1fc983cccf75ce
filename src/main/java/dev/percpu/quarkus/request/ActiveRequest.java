package dev.percpu.quarkus.request;

import dev.percpu.quarkus.request.route.RouteTimers;
import dev.percpu.quarkus.request.route.UriLabels;
import dev.percpu.quarkus.request.route.UriTimers;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import org.jspecify.annotations.Nullable;

/**
 * The state of one request from its first event to its last. It is the only object that is allocated for a request.
 *
 * <p>Not thread-safe: Vert.x reports all events of a request on the event loop of its connection.
 */
final class ActiveRequest {

    /** The key in the request's context under which Quarkus REST stores the template of the matched route. */
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

    /** Stores a Vert.x route that handles the request. A later route replaces an earlier one. A route for every path is ignored. */
    void routed(String name) {
        if (!UriLabels.isRoot(name)) {
            mount = route;
            route = name;
        }
    }

    /**
     * Ends the request. Vert.x can report the end of one request twice: when the connection breaks and the handler then ends the response,
     * or when an HTTP/2 response ends before its request.
     *
     * @return whether this was the first call
     */
    boolean end() {
        boolean first = !ended;
        ended = true;
        return first;
    }

    /** Returns the timers for the request's label {@code uri}; null if the rules ignore the request. */
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
