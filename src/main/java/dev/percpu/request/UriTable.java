package dev.percpu.request;

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
    private final UriTimers.Registration registration;

    final UriTimers root;
    final UriTimers notFound;
    final UriTimers redirection;
    final UriTimers preflight;
    final UriTimers badRequest;
    final UriTimers unknown;
    private final UriTimers other;

    private final ConcurrentHashMap<String, UriTimers> values = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, UriTimers> templates = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, UriTimers> parametrised = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, PlainRoute> plain = new ConcurrentHashMap<>();

    UriTable(UriRules rules, UriTimers.Registration registration) {
        this.rules = rules;
        this.registration = registration;
        root = new UriTimers("root", rules.ignores("/"), registration);
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

    /** The timers of a Vert.x route with parameters. */
    UriTimers parametrised(String route) {
        UriTimers held = parametrised.get(route);
        return held != null ? held : remember(parametrised, route, value(UriLabels.template(route)));
    }

    /**
     * The timers of a Vert.x route without parameters.
     *
     * @param mount the route under which its router may be mounted
     * @param path as the client sent it
     */
    UriTimers plain(@Nullable String mount, String route, String path) {
        PlainRoute inner = plain.get(route);
        if (inner == null) {
            inner = remember(plain, route, new PlainRoute(UriLabels.normalize(route)));
        }
        return (mount == null ? inner : inner.below(mount, path)).timers(path);
    }

    private synchronized UriTimers add(String uri) {
        UriTimers held = values.get(uri);
        if (held != null) {
            return held;
        }
        if (uri.equals("/") || uri.isEmpty()) {
            return root;
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

    /** A Vert.x route without parameters: a path, or everything below it. */
    private final class PlainRoute {

        private final String path;
        private volatile @Nullable UriTimers exact;
        private volatile @Nullable UriTimers below;
        private final ConcurrentHashMap<String, PlainRoute> mounted = new ConcurrentHashMap<>();

        PlainRoute(String path) {
            this.path = path;
        }

        /**
         * This route, or the same in a router mounted at the route that the request passed before. Vert.x tells both alike, and the
         * path of the inner one relative to the mount point: the client's path decides, where it fits only one of the two.
         */
        PlainRoute below(String mount, String requestPath) {
            PlainRoute outer = mounted.get(mount);
            if (outer == null) {
                outer = remember(mounted, mount, new PlainRoute(UriLabels.join(mount, path)));
            }
            if (UriLabels.isAt(requestPath, outer.path)) {
                return outer;
            }
            return UriLabels.isAt(requestPath, path) || UriLabels.isAt(path, UriLabels.normalize(mount)) ? this : outer;
        }

        UriTimers timers(String requestPath) {
            return UriLabels.isBelow(requestPath, path) ? below() : exact();
        }

        private UriTimers exact() {
            UriTimers held = exact;
            if (held == null) {
                held = value(path);
                exact = held;
            }
            return held;
        }

        private UriTimers below() {
            UriTimers held = below;
            if (held == null) {
                held = value(path + "/*");
                below = held;
            }
            return held;
        }
    }
}
