package dev.percpu.quarkus.request.route;

/** Functions that convert a route to a value of the label {@code uri}. Stateless. */
public final class UriLabels {

    private UriLabels() {}

    /** Returns whether a path is the root: empty, or slashes only. */
    public static boolean isRoot(String path) {
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) != '/') {
                return false;
            }
        }
        return true;
    }

    /** Returns the path with one slash at its start and none at its end. The root becomes {@code /}. */
    public static String normalize(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        int start = 0;
        while (start < end && path.charAt(start) == '/') {
            start++;
        }
        if (start == end) {
            return "/";
        }
        return start == 1 ? path.substring(0, end) : "/" + path.substring(start, end);
    }

    /** Returns whether a Vert.x route has parameters, such as {@code /items/:id}. */
    static boolean hasParameters(String route) {
        return route.indexOf(':') >= 0;
    }

    /** Returns the template of a Vert.x route: {@code /items/:id} becomes {@code /items/{id}}. */
    static String template(String route) {
        String[] segments = route.split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            if (segments[i].startsWith(":")) {
                segments[i] = "{" + segments[i].substring(1) + "}";
            }
        }
        return normalize(String.join("/", segments));
    }

    /** Returns the full path of a Vert.x route in a router that is mounted at another route. */
    static String join(String mount, String route) {
        String outer = normalize(mount);
        String inner = normalize(route);
        return outer.equals("/") ? inner : inner.equals("/") ? outer : outer + inner;
    }

    /** The result of comparing a path with the path of a route. */
    enum PathMatch {
        /** The route's pattern matches the whole path. */
        EXACT,
        /** The route's pattern matches the start of the path, up to a slash. */
        BELOW,
        /** The route's pattern does not match. */
        NONE
    }

    /**
     * Compares a path with the path of a Vert.x route, segment by segment. As in Vert.x, several slashes count as one, and a slash at the
     * end is ignored.
     *
     * @param pattern path of the route, such as {@code /items/:id}; a parameter matches any segment
     */
    static PathMatch match(String path, String pattern) {
        int inPath = skipSlashes(path, 0);
        int inPattern = skipSlashes(pattern, 0);
        while (inPattern < pattern.length()) {
            int endInPath = endOfSegment(path, inPath);
            int endInPattern = endOfSegment(pattern, inPattern);
            if (inPath == endInPath || !matchesSegment(path, inPath, endInPath, pattern, inPattern, endInPattern)) {
                return PathMatch.NONE;
            }
            inPath = skipSlashes(path, endInPath);
            inPattern = skipSlashes(pattern, endInPattern);
        }
        return inPath == path.length() ? PathMatch.EXACT : PathMatch.BELOW;
    }

    private static boolean matchesSegment(
            String path, int inPath, int endInPath, String pattern, int inPattern, int endInPattern) {
        int length = endInPattern - inPattern;
        if (length == endInPath - inPath && path.regionMatches(inPath, pattern, inPattern, length)) {
            return true;
        }
        int colon = pattern.indexOf(':', inPattern);
        return colon >= 0 && colon < endInPattern;
    }

    private static int skipSlashes(String path, int from) {
        int at = from;
        while (at < path.length() && path.charAt(at) == '/') {
            at++;
        }
        return at;
    }

    private static int endOfSegment(String path, int from) {
        int end = path.indexOf('/', from);
        return end < 0 ? path.length() : end;
    }
}
