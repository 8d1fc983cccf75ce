package dev.percpu.request;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The timers of {@code http.server.requests} by route: chooses the value of the label {@code uri} and finds the timers under it.
 *
 * <p>The values, in the order in which they are tried:
 * <ul>
 *   <li>{@code root}: the path is {@code /}, whatever the answer
 *   <li>the route's template, {@code /items/{id}}, from Quarkus REST or from a Vert.x route with parameters
 *   <li>{@code REDIRECTION} and {@code NOT_FOUND}: status 3xx and 404, unless a template with parameters matched
 *   <li>the path of a Vert.x route without parameters, {@code /q/openapi}, which the client then sent literally; or, of a route for
 *       everything below a path, {@code /static/*}
 *   <li>{@code UNKNOWN}: everything else, for instance a request line that could not be read, or an error before any route
 * </ul>
 *
 * <p>These are Quarkus' values, but for the last two: there Quarkus writes the path as the client sent it.
 *
 * <p>Thread-safe. The number of values is bounded by the routes of the application, since none is taken from a client.
 */
final class RouteTimers {

    /** The meter's name; Prometheus shows it as {@code http_server_requests_seconds}. */
    static final String NAME = "http.server.requests";

    private final MeterRegistry registry;
    private volatile Table table = new Table();

    RouteTimers(MeterRegistry registry) {
        this.registry = registry;
        // A removed meter records nothing: forget what is held, so that the next request registers it anew.
        registry.config().onMeterRemoved(meter -> {
            if (NAME.equals(meter.getId().getName())) {
                table = new Table();
            }
        });
    }

    /** The timers of CORS preflight requests, which have a value of their own whatever their path. */
    UriTimers preflight() {
        return table.preflight;
    }

    /**
     * The timers of a request.
     *
     * @param path the path as the client sent it, null if there is none; it decides between values and never becomes one
     * @param template the template that Quarkus REST matched, null if none
     * @param mount the Vert.x route under which the router of {@code route} is mounted, null if none is known
     * @param route the last Vert.x route that the request was given to, null if none
     * @param status the HTTP status code, or {@link UriTimers#RESET}
     */
    UriTimers find(
            @Nullable String path,
            @Nullable String template,
            @Nullable String mount,
            @Nullable String route,
            int status) {
        Table now = table;
        if (path != null && UriLabels.isRoot(path)) {
            return now.root;
        }
        boolean redirected = status >= 300 && status < 400;
        UriTimers templated = null;
        if (template != null) {
            templated = now.template(template);
        } else if (route != null && UriLabels.hasParameters(route)) {
            templated = now.parametrised(route);
        }
        if (templated != null) {
            boolean literal = (redirected || status == 404)
                    && path != null
                    && templated.uri().equals(UriLabels.normalize(path));
            if (!literal) {
                return templated;
            }
        }
        if (redirected) {
            return now.redirection;
        }
        if (status == 404) {
            return now.notFound;
        }
        return path == null || route == null || UriLabels.isRoot(route) ? now.unknown : now.plain(mount, route, path);
    }

    private UriTimers timersOf(String uri) {
        return new UriTimers(uri, this::register);
    }

    private Timer register(Tags tags) {
        return Timer.builder(NAME)
                .description("Time from the head of an HTTP request to the end of its response")
                .tags(tags)
                .register(registry);
    }

    /** Everything held; replaced as a whole when a meter is removed. */
    private final class Table {

        private final UriTimers root = timersOf("root");
        private final UriTimers notFound = timersOf("NOT_FOUND");
        private final UriTimers redirection = timersOf("REDIRECTION");
        private final UriTimers preflight = timersOf("/cors-preflight");
        private final UriTimers unknown = timersOf("UNKNOWN");

        private final ConcurrentHashMap<String, UriTimers> templates = new ConcurrentHashMap<>();
        private final ConcurrentHashMap<String, UriTimers> parametrised = new ConcurrentHashMap<>();
        private final ConcurrentHashMap<String, PlainRoute> plain = new ConcurrentHashMap<>();

        UriTimers template(String template) {
            UriTimers held = templates.get(template);
            return held != null ? held : templates.computeIfAbsent(template, t -> of(UriLabels.normalize(t)));
        }

        UriTimers parametrised(String route) {
            UriTimers held = parametrised.get(route);
            return held != null ? held : parametrised.computeIfAbsent(route, r -> of(UriLabels.template(r)));
        }

        UriTimers plain(@Nullable String mount, String route, String path) {
            PlainRoute held = plain.get(route);
            if (held == null) {
                held = plain.computeIfAbsent(route, r -> new PlainRoute(UriLabels.normalize(r)));
            }
            return (mount == null ? held : held.under(mount)).timers(path);
        }

        private UriTimers of(String uri) {
            return uri.equals("/") ? root : timersOf(uri);
        }
    }

    /** A Vert.x route without parameters: a path, or everything below it. */
    private final class PlainRoute {

        private final String path;
        private final UriTimers exact;
        private final UriTimers below;
        private final ConcurrentHashMap<String, PlainRoute> mounted = new ConcurrentHashMap<>();

        PlainRoute(String path) {
            this.path = path;
            exact = timersOf(path);
            below = timersOf(path + "/*");
        }

        PlainRoute under(String mount) {
            PlainRoute held = mounted.get(mount);
            return held != null ? held : mounted.computeIfAbsent(mount, m -> new PlainRoute(UriLabels.join(m, path)));
        }

        UriTimers timers(String requestPath) {
            return UriLabels.isBelow(requestPath, path) ? below : exact;
        }
    }
}
