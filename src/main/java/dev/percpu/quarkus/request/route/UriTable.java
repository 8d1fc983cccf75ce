package dev.percpu.quarkus.request.route;

import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The values of the label {@code uri} that were needed so far, found by what they are made from: a template, a Vert.x route, a mount
 * point and a route.
 *
 * <p>Thread-safe; what is held is found without a lock. There are at most as many values as the rules allow, and the fixed ones; one
 * value more, {@code OTHER}, takes the rest, so that their total stays right.
 */
final class UriTable {

    /** Stands for what is beyond the number of values that is allowed. */
    static final String OTHER = "OTHER";

    /** What Vert.x has for the path of a request line that it could not read. */
    static final String BAD_REQUEST = "/bad-request";

    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(UriTable.class);

    /** Several routes may have the same value, but an application that makes up routes as it runs is not followed for ever. */
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

    /** @param root the path under which all of the application is, {@code /} if there is none */
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

    /** The timers under a value, which the caller has not taken from a client. */
    UriTimers value(String uri) {
        UriTimers held = values.get(uri);
        return held != null ? held : add(uri);
    }

    /** The timers of a template of Quarkus REST. */
    UriTimers template(String template) {
        UriTimers held = templates.get(template);
        return held != null ? held : remember(templates, template, value(UriLabels.normalize(template)));
    }

    /**
     * The timers of a Vert.x route.
     *
     * @param mount the route under which its router may be mounted, null if none
     * @param path as the client sent it, null if there is none
     */
    UriTimers route(@Nullable String mount, String route, @Nullable String path) {
        Mounts mounts = routes.get(route);
        if (mounts == null) {
            mounts = remember(routes, route, new Mounts(route));
        }
        return (mount == null ? mounts.none : mounts.at(mount)).timers(path);
    }

    private synchronized UriTimers add(String uri) {
        UriTimers held = values.get(uri);
        if (held != null) {
            return held;
        }
        if (uri.equals("/") || uri.isEmpty()) {
            return rootTimers;
        }
        boolean ignored = rules.ignores(uri);
        if (!ignored && values.size() >= rules.maxValues()) {
            LOGGER.log(() -> "More than " + rules.maxValues() + " values of the label uri of " + RouteTimers.NAME
                    + ": further ones are recorded as " + OTHER + ". Are there routes for single resources?");
            return other;
        }
        UriTimers added = new UriTimers(uri, ignored, registration);
        values.put(uri, added);
        return added;
    }

    private <T> T remember(ConcurrentHashMap<String, T> where, String source, T found) {
        if (where.size() >= SOURCES_PER_VALUE * (long) rules.maxValues()) {
            return found;
        }
        T first = where.putIfAbsent(source, found);
        return first == null ? found : first;
    }

    /** The mount points that a Vert.x route has, or seems to have. */
    private final class Mounts {

        private final String route;
        private final VertxRoute none;
        private final ConcurrentHashMap<String, VertxRoute> mounted = new ConcurrentHashMap<>();

        Mounts(String route) {
            this.route = route;
            none = new VertxRoute(root, /* mount= */ null, route, UriTable.this::value);
        }

        VertxRoute at(String mount) {
            VertxRoute held = mounted.get(mount);
            return held != null
                    ? held
                    : remember(mounted, mount, new VertxRoute(root, mount, route, UriTable.this::value));
        }
    }
}
