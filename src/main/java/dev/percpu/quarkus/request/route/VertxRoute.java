package dev.percpu.quarkus.request.route;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A Vert.x route behind the route that a request passed before, which may be where its router is mounted, or just a filter: Vert.x tells
 * both alike, and the path of a mounted route relative to its mount point. The client's path decides, by what it fits.
 *
 * <p>Thread-safe. Choosing takes no lock and allocates nothing.
 */
final class VertxRoute {

    /** The most specific one first. */
    private final Candidate[] places;

    private final Candidate otherwise;

    /**
     * @param root the path under which all of the application is, {@code /} if there is none
     * @param mount the route that the request passed before, null if none
     * @param route as Vert.x tells it: a path, perhaps with parameters, a name or a regular expression
     * @param values finds the timers under a value
     */
    VertxRoute(String root, @Nullable String mount, String route, Function<String, UriTimers> values) {
        // As Quarkus has it: the root is left out of templates, whoever made them, and not of paths that are literally
        // the client's.
        boolean template = UriLabels.hasParameters(route);
        List<Candidate> all = new ArrayList<>();
        for (String above : mount == null ? new String[] {"/"} : new String[] {UriLabels.normalize(mount), "/"}) {
            String path = UriLabels.join(above, route);
            if (!root.equals("/")) {
                String below = UriLabels.join(root, path);
                all.add(new Candidate(below, template ? path : below, template, values));
            }
            all.add(new Candidate(path, path, template, values));
        }
        places = all.toArray(Candidate[]::new);
        // A route that begins as its mount point does was told with its whole path, it seems.
        otherwise = mount != null && UriLabels.place(route, UriLabels.normalize(mount)) != UriLabels.PathMatch.ELSEWHERE
                ? places[places.length - 1]
                : places[0];
    }

    /** The timers for a request of this path, as the client sent it. */
    UriTimers timers(@Nullable String path) {
        if (places.length > 1 && path != null) {
            for (Candidate place : places) {
                UriLabels.PathMatch found = UriLabels.place(path, place.pattern);
                if (found != UriLabels.PathMatch.ELSEWHERE) {
                    return place.timers(found);
                }
            }
        }
        return otherwise.timers(path == null ? UriLabels.PathMatch.AT : UriLabels.place(path, otherwise.pattern));
    }

    /** One of the paths at which the route may be. */
    private static final class Candidate {

        private final String pattern;
        private final String value;
        private final boolean template;
        private final Function<String, UriTimers> values;
        private volatile @Nullable UriTimers at;
        private volatile @Nullable UriTimers below;

        /** @param pattern in the syntax of Vert.x, as is {@code path}, which becomes the value */
        Candidate(String pattern, String path, boolean template, Function<String, UriTimers> values) {
            this.pattern = pattern;
            value = UriLabels.template(path);
            this.template = template;
            this.values = values;
        }

        /** A route without parameters that answers what lies below its path is one for everything below it. */
        UriTimers timers(UriLabels.PathMatch found) {
            return found == UriLabels.PathMatch.BELOW && !template ? below() : at();
        }

        private UriTimers at() {
            UriTimers held = at;
            if (held == null) {
                held = values.apply(value);
                at = held;
            }
            return held;
        }

        private UriTimers below() {
            UriTimers held = below;
            if (held == null) {
                held = values.apply(value + "/*");
                below = held;
            }
            return held;
        }
    }
}
