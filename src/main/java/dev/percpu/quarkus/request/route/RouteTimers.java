package dev.percpu.quarkus.request.route;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The timers of {@code http.server.requests} by route: chooses the value of the label {@code uri} and finds the timers under it.
 *
 * <p>The values, in the order in which they are tried:
 * <ul>
 *   <li>{@code root}: the path is {@code /}, whatever the answer
 *   <li>the value that the configuration gives to the path
 *   <li>the route's template, {@code /items/{id}}, from Quarkus REST or from a Vert.x route with parameters
 *   <li>{@code REDIRECTION} and {@code NOT_FOUND}: status 3xx and 404, unless a template with parameters matched; likewise {@code
 *       UNKNOWN} for other errors, where the configuration says so
 *   <li>the path of a static resource of the application
 *   <li>the path of a Vert.x route without parameters, {@code /q/openapi}, which the client then sent literally; or, of a route for
 *       everything below a path, {@code /static/*}
 *   <li>{@code /bad-request}, with which Vert.x stands in for a request line that it could not read
 *   <li>{@code UNKNOWN}: everything else, for instance an error before any route was matched
 * </ul>
 *
 * <p>These are Quarkus' values, but for those from the path of a route on: there Quarkus writes the path as the client sent it.
 *
 * <p>Thread-safe. The number of values is bounded, and none is taken from a client.
 */
public final class RouteTimers {

    /** The meter's name; Prometheus shows it as {@code http_server_requests_seconds}. */
    public static final String NAME = "http.server.requests";

    private final MeterRegistry registry;
    private final UriRules rules;
    private final String rootPath;
    private final boolean histogram;
    private final List<Duration> objectives;
    private final Set<String> staticPaths;
    private final RegistrationBackoff refusals;
    private volatile UriTable table;

    /**
     * @param rules for the label {@code uri}
     * @param rootPath the path under which Quarkus serves the application, {@code /app}, or {@code /}
     * @param histogram whether the timers publish a percentile histogram; the registry's configuration sets its form
     * @param objectives upper bounds of additional buckets
     * @param staticPaths paths of the application's static resources
     */
    public RouteTimers(
            MeterRegistry registry,
            UriRules rules,
            String rootPath,
            boolean histogram,
            List<Duration> objectives,
            Set<String> staticPaths,
            RegistrationBackoff refusals) {
        this.registry = registry;
        this.rules = rules;
        this.rootPath = rootPath;
        this.histogram = histogram;
        this.objectives = List.copyOf(objectives);
        this.staticPaths = staticPaths;
        this.refusals = refusals;
        table = new UriTable(rules, rootPath, this::register);
    }

    /** Forgets what is held: a removed meter records nothing, and the next request registers it anew. */
    public void forget() {
        table = new UriTable(rules, rootPath, this::register);
    }

    /** The timers of CORS preflight requests, which have a value of their own whatever their path; null if they are ignored. */
    public @Nullable UriTimers preflight() {
        return unlessIgnored(table.preflight);
    }

    /**
     * The timers of a request, or null if it is not to be recorded.
     *
     * @param path the path as the client sent it, null if there is none; it decides between values and never becomes one
     * @param template the template that Quarkus REST matched, null if none
     * @param mount the Vert.x route under which the router of {@code route} is mounted, null if none is known
     * @param route the last Vert.x route that the request was given to, null if none
     * @param status the HTTP status code, or {@link UriTimers#RESET}
     */
    public @Nullable UriTimers find(
            @Nullable String path,
            @Nullable String template,
            @Nullable String mount,
            @Nullable String route,
            int status) {
        UriTable now = table;
        if (path != null && UriLabels.isRoot(path)) {
            return unlessIgnored(now.rootTimers);
        }
        String outer = isRoot(mount) ? null : mount;
        String inner = isRoot(route) ? null : route;
        UriTimers matched = matched(now, path, template, outer, inner);
        if (matched != null) {
            if (matched.ignored()) {
                return null;
            }
            if (status < 300 || path == null || !matched.uri().equals(UriLabels.normalize(path))) {
                return matched;
            }
        } else if (path != null && rules.ignores(path)) {
            return null;
        }
        UriTimers ofStatus = ofStatus(now, status);
        if (ofStatus != null) {
            return ofStatus;
        }
        return matched == null ? unmatched(now, path, outer, inner) : matched;
    }

    /** Whether a route is one for all of the application, which tells nothing of a request. */
    private boolean isRoot(@Nullable String route) {
        return route == null || UriLabels.isRoot(route) || UriLabels.place(route, rootPath) == UriLabels.PathMatch.AT;
    }

    private @Nullable UriTimers matched(
            UriTable now,
            @Nullable String path,
            @Nullable String template,
            @Nullable String mount,
            @Nullable String route) {
        String rewritten = path == null ? null : rules.rewrite(path);
        if (rewritten != null) {
            return now.value(rewritten);
        }
        if (template != null) {
            return now.template(template);
        }
        return route != null && UriLabels.hasParameters(route) ? now.route(mount, route, path) : null;
    }

    /** What takes the place of a literal path: a client could have made it up. */
    private @Nullable UriTimers ofStatus(UriTable now, int status) {
        if (status >= 300 && status < 400) {
            return now.redirection;
        }
        if (status == 404) {
            return now.notFound;
        }
        return status >= 400 && rules.suppress4xx() ? now.unknown : null;
    }

    private UriTimers unmatched(UriTable now, @Nullable String path, @Nullable String mount, @Nullable String route) {
        if (path == null) {
            return now.unknown;
        }
        if (!staticPaths.isEmpty()) {
            String resource = UriLabels.normalize(path);
            if (staticPaths.contains(resource)) {
                return now.value(resource);
            }
        }
        if (route != null) {
            return now.route(mount, route, path);
        }
        return path.equals(UriTable.BAD_REQUEST) ? now.badRequest : now.unknown;
    }

    private static @Nullable UriTimers unlessIgnored(UriTimers timers) {
        return timers.ignored() ? null : timers;
    }

    private @Nullable Timer register(Tags tags) {
        Timer.Builder timer = Timer.builder(NAME)
                .description("HTTP server request processing time")
                .tags(tags);
        if (histogram) {
            timer.publishPercentileHistogram();
        }
        if (!objectives.isEmpty()) {
            timer.serviceLevelObjectives(objectives.toArray(Duration[]::new));
        }
        return refusals.orNull(() -> timer.register(registry));
    }
}
