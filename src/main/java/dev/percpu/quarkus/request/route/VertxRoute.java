package dev.percpu.quarkus.request.route;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A Vert.x route together with the route that handled the request before it. The earlier route is either the mount point of this route's
 * router or an unrelated filter; Vert.x reports both in the same way. It reports the path of a mounted route relative to its mount point.
 * So there are several candidates for the full path of the route, and the path of the request selects the first one that matches.
 *
 * <p>Thread-safe. Selecting the timers takes no lock and allocates nothing.
 */
final class VertxRoute {

    /** Possible full paths of the route, the most specific first. */
    private final Candidate[] candidates;

    /** The candidate for a request path that matches no candidate. */
    private final Candidate fallback;

    /**
     * @param root path under which Quarkus serves the application; {@code /} by default
     * @param mount route that handled the request before; null if none
     * @param route route that Vert.x reports: a path, possibly with parameters, a name or a regular expression
     * @param values returns the timers of a value of the label {@code uri}
     */
    VertxRoute(String root, @Nullable String mount, String route, Function<String, UriTimers> values) {
        // Quarkus leaves the root path out of templates, but not out of paths without parameters.
        boolean template = UriLabels.hasParameters(route);
        List<Candidate> all = new ArrayList<>();
        for (String parent : mount == null ? new String[] {"/"} : new String[] {UriLabels.normalize(mount), "/"}) {
            String path = UriLabels.join(parent, route);
            if (!root.equals("/")) {
                String belowRoot = UriLabels.join(root, path);
                all.add(new Candidate(belowRoot, template ? path : belowRoot, template, values));
            }
            all.add(new Candidate(path, path, template, values));
        }
        candidates = all.toArray(Candidate[]::new);
        // A route that starts with the path of its mount point is probably not relative to it.
        boolean absolute =
                mount != null && UriLabels.match(route, UriLabels.normalize(mount)) != UriLabels.PathMatch.NONE;
        fallback = absolute ? candidates[candidates.length - 1] : candidates[0];
    }

    /** Returns the timers for a request with this path, as the client sent it. */
    UriTimers timers(@Nullable String path) {
        if (candidates.length > 1 && path != null) {
            for (Candidate candidate : candidates) {
                UriLabels.PathMatch match = UriLabels.match(path, candidate.pattern);
                if (match != UriLabels.PathMatch.NONE) {
                    return candidate.timers(match);
                }
            }
        }
        return fallback.timers(path == null ? UriLabels.PathMatch.EXACT : UriLabels.match(path, fallback.pattern));
    }

    /** One of the possible full paths of the route. */
    private static final class Candidate {

        private final String pattern;
        private final String value;
        private final boolean template;
        private final Function<String, UriTimers> values;
        private volatile @Nullable UriTimers exact;
        private volatile @Nullable UriTimers below;

        /**
         * @param pattern full path of the route, in the syntax of Vert.x
         * @param path the path that becomes the value of the label, in the same syntax
         */
        Candidate(String pattern, String path, boolean template, Function<String, UriTimers> values) {
            this.pattern = pattern;
            value = UriLabels.template(path);
            this.template = template;
            this.values = values;
        }

        /** Returns the timers. A route without parameters that handles a path below its own gets a value that ends with {@code /*}. */
        UriTimers timers(UriLabels.PathMatch match) {
            return match == UriLabels.PathMatch.BELOW && !template ? below() : exact();
        }

        private UriTimers exact() {
            UriTimers found = exact;
            if (found == null) {
                found = values.apply(value);
                exact = found;
            }
            return found;
        }

        private UriTimers below() {
            UriTimers found = below;
            if (found == null) {
                found = values.apply(value + "/*");
                below = found;
            }
            return found;
        }
    }
}
