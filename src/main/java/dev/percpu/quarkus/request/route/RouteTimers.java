package dev.percpu.quarkus.request.route;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The timers of {@code http.server.requests} by route. For each request it selects the value of the label {@code uri}, and with it the
 * timers that have this value.
 *
 * <p>The first rule that applies selects the value:
 * <ol>
 *   <li>{@code root}, if the path is {@code /}, for every status
 *   <li>the value that the configuration assigns to the path
 *   <li>the template of the route, {@code /items/{id}}, from Quarkus REST or from a Vert.x route with parameters
 *   <li>{@code REDIRECTION} for status 3xx, {@code NOT_FOUND} for status 404, and {@code UNKNOWN} for other errors if the configuration
 *       suppresses them; unless a template with parameters matched
 *   <li>the path of a static resource of the application
 *   <li>the path of a Vert.x route without parameters, {@code /q/openapi}; {@code /static/*} if the route handles every path below
 *   <li>{@code /bad-request}, which Vert.x sets as the path of a request line that it cannot parse
 *   <li>{@code UNKNOWN}, for example for an error before any route matched
 * </ol>
 *
 * <p>Quarkus' binder selects the same values, except from the path of a Vert.x route on: there it uses the path that the client sent.
 *
 * <p>Thread-safe. The number of values is bounded, and no value comes from a client.
 */
public final class RouteTimers {

    /** The name of the meter. Prometheus shows it as {@code http_server_requests_seconds}. */
    public static final String NAME = "http.server.requests";

    private final MeterRegistry registry;
    private final Options options;
    private final RegistrationBackoff backoff;
    private volatile UriTable table;

    /**
     * The labels and buckets of the timers. Immutable.
     *
     * @param rules rules of the label {@code uri}
     * @param rootPath path under which Quarkus serves the application, such as {@code /app}; {@code /} by default
     * @param histogram whether the timers publish a percentile histogram; the configuration of the registry sets its form
     * @param objectives upper bounds of additional buckets
     * @param staticPaths paths of the application's static resources
     */
    public record Options(
            UriRules rules, String rootPath, boolean histogram, List<Duration> objectives, Set<String> staticPaths) {

        public Options {
            objectives = List.copyOf(objectives);
            staticPaths = Set.copyOf(staticPaths);
        }
    }

    public RouteTimers(MeterRegistry registry, Options options, RegistrationBackoff backoff) {
        this.registry = registry;
        this.options = options;
        this.backoff = backoff;
        table = newTable();
    }

    /** Drops all references to timers, after a timer was removed from the registry. The next requests register their timers again. */
    public void clear() {
        table = newTable();
    }

    private UriTable newTable() {
        return new UriTable(options.rules, options.rootPath, this::register);
    }

    /** Returns the timers of CORS preflight requests, which share one value of {@code uri}; null if the rules ignore them. */
    public @Nullable UriTimers preflight() {
        return unlessIgnored(table.preflight);
    }

    /**
     * Returns the timers of a request; null if the rules ignore it.
     *
     * @param path path that the client sent; null if there is none. It selects a value, but is never used as a value.
     * @param template template that Quarkus REST matched; null if none
     * @param mount Vert.x route at which the router of {@code route} may be mounted; null if none
     * @param route last Vert.x route that handled the request; null if none
     * @param status HTTP status code, or {@link UriTimers#RESET}
     */
    public @Nullable UriTimers find(
            @Nullable String path,
            @Nullable String template,
            @Nullable String mount,
            @Nullable String route,
            int status) {
        UriTable current = table;
        // Not a path of slashes only, which Quarkus answers with status 400.
        if (path != null && (path.isEmpty() || path.equals("/"))) {
            return unlessIgnored(current.rootTimers);
        }
        String outer = isRoot(mount) ? null : mount;
        String inner = isRoot(route) ? null : route;
        UriTimers matched = matched(current, path, template, outer, inner);
        if (matched != null) {
            if (matched.ignored()) {
                return null;
            }
            if (status < 300 || path == null || !matched.uri().equals(UriLabels.normalize(path))) {
                return matched;
            }
        } else if (path != null && options.rules.ignores(path)) {
            return null;
        }
        UriTimers byStatus = byStatus(current, status);
        if (byStatus != null) {
            return byStatus;
        }
        return matched == null ? unmatched(current, path, outer, inner) : matched;
    }

    /** Returns whether a route handles all paths of the application. Such a route identifies no request. */
    private boolean isRoot(@Nullable String route) {
        return route == null
                || UriLabels.isRoot(route)
                || UriLabels.match(route, options.rootPath) == UriLabels.PathMatch.EXACT;
    }

    private @Nullable UriTimers matched(
            UriTable current,
            @Nullable String path,
            @Nullable String template,
            @Nullable String mount,
            @Nullable String route) {
        String rewritten = path == null ? null : options.rules.rewrite(path);
        if (rewritten != null) {
            return current.value(rewritten);
        }
        if (template != null) {
            return current.template(template);
        }
        return route != null && UriLabels.hasParameters(route) ? current.route(mount, route, path) : null;
    }

    /** Returns the timers that all requests with this status share; null if the status has none. Their paths may be invented by clients. */
    private @Nullable UriTimers byStatus(UriTable current, int status) {
        if (status >= 300 && status < 400) {
            return current.redirection;
        }
        if (status == 404) {
            return current.notFound;
        }
        return status >= 400 && options.rules.suppress4xx() ? current.unknown : null;
    }

    private UriTimers unmatched(
            UriTable current, @Nullable String path, @Nullable String mount, @Nullable String route) {
        if (path == null) {
            return current.unknown;
        }
        if (!options.staticPaths.isEmpty()) {
            String resource = UriLabels.normalize(path);
            if (options.staticPaths.contains(resource)) {
                return current.value(resource);
            }
        }
        if (route != null) {
            return current.route(mount, route, path);
        }
        return path.equals(UriTable.BAD_REQUEST) ? current.badRequest : current.unknown;
    }

    private static @Nullable UriTimers unlessIgnored(UriTimers timers) {
        return timers.ignored() ? null : timers;
    }

    private @Nullable Timer register(Tags tags) {
        Timer.Builder timer = Timer.builder(NAME)
                .description("HTTP server request processing time")
                .tags(tags);
        if (options.histogram) {
            timer.publishPercentileHistogram();
        }
        if (!options.objectives.isEmpty()) {
            timer.serviceLevelObjectives(options.objectives.toArray(Duration[]::new));
        }
        return backoff.tryRegister(() -> timer.register(registry));
    }
}
