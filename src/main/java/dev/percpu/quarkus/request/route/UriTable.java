package dev.percpu.quarkus.request.route;

import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A table of the values of the label {@code uri}, with the timers of each. It maps the source of a value to the value: a template, a Vert.x
 * route, or a mount point and a route.
 *
 * <p>Thread-safe. Reading an existing entry takes no lock. The rules limit the number of values. Above the limit, requests are recorded
 * under {@code OTHER}, which keeps their total exact.
 */
final class UriTable {

    /** The value for all requests above the limit of values. */
    static final String OTHER = "OTHER";

    /** The path that Vert.x sets for a request line that it cannot parse. */
    static final String BAD_REQUEST = "/bad-request";

    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(UriTable.class);

    /** Limits the memory of sources, for an application that creates routes as it runs. Several routes may have the same value. */
    private static final int SOURCES_PER_VALUE = 10;

    private final UriRules rules;
    private final String root;
    private final UriTimers.Registration registration;

    final UriTimers rootTimers;
    final UriTimers notFound;
    final UriTimers redirection;
    final UriTimers preflight;
    final UriTimers badRequest;
    final UriTimers unknown;
    private final UriTimers other;

    private final ConcurrentHashMap<String, UriTimers> values = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, UriTimers> templates = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Mounts> routes = new ConcurrentHashMap<>();

    /** @param root path under which Quarkus serves the application; {@code /} by default */
    UriTable(UriRules rules, String root, UriTimers.Registration registration) {
        this.rules = rules;
        this.root = root;
        this.registration = registration;
        rootTimers = new UriTimers("root", rules.ignores("/"), registration);
        preflight = new UriTimers("/cors-preflight", rules.ignores("/cors-preflight"), registration);
        notFound = fixed("NOT_FOUND");
        redirection = fixed("REDIRECTION");
        badRequest = fixed(BAD_REQUEST);
        unknown = fixed("UNKNOWN");
        other = fixed(OTHER);
    }

    private UriTimers fixed(String value) {
        return new UriTimers(value, /* ignored= */ false, registration);
    }

    /** Returns the timers of a value, which must not come from a client. */
    UriTimers value(String uri) {
        UriTimers found = values.get(uri);
        return found != null ? found : add(uri);
    }

    /** Returns the timers of a template of Quarkus REST. */
    UriTimers template(String template) {
        UriTimers found = templates.get(template);
        return found != null ? found : addSource(templates, template, value(UriLabels.normalize(template)));
    }

    /**
     * Returns the timers of a Vert.x route.
     *
     * @param mount route at which its router may be mounted; null if none
     * @param path path that the client sent; null if there is none
     */
    UriTimers route(@Nullable String mount, String route, @Nullable String path) {
        Mounts mounts = routes.get(route);
        if (mounts == null) {
            mounts = addSource(routes, route, new Mounts(route));
        }
        return (mount == null ? mounts.unmounted : mounts.mountedAt(mount)).timers(path);
    }

    private synchronized UriTimers add(String uri) {
        UriTimers found = values.get(uri);
        if (found != null) {
            return found;
        }
        if (uri.equals("/") || uri.isEmpty()) {
            return rootTimers;
        }
        boolean ignored = rules.ignores(uri);
        if (!ignored && values.size() >= rules.maxValues()) {
            LOGGER.log(() -> "The label uri of HTTP requests has reached its limit of " + rules.maxValues()
                    + " values; requests with new values are recorded with uri=\"" + OTHER
                    + "\". Use path parameters instead of one route for each resource.");
            return other;
        }
        UriTimers added = new UriTimers(uri, ignored, registration);
        values.put(uri, added);
        return added;
    }

    private <T> T addSource(ConcurrentHashMap<String, T> sources, String source, T found) {
        if (sources.size() >= SOURCES_PER_VALUE * (long) rules.maxValues()) {
            return found;
        }
        T first = sources.putIfAbsent(source, found);
        return first == null ? found : first;
    }

    /** A Vert.x route at each of its possible mount points. */
    private final class Mounts {

        private final String route;
        private final VertxRoute unmounted;
        private final ConcurrentHashMap<String, VertxRoute> mounted = new ConcurrentHashMap<>();

        Mounts(String route) {
            this.route = route;
            unmounted = new VertxRoute(root, /* mount= */ null, route, UriTable.this::value);
        }

        VertxRoute mountedAt(String mount) {
            VertxRoute found = mounted.get(mount);
            return found != null
                    ? found
                    : addSource(mounted, mount, new VertxRoute(root, mount, route, UriTable.this::value));
        }
    }
}
