package dev.percpu.quarkus.request.route;

/** The rules by which a route becomes a value of the label {@code uri}. Stateless. */
public final class UriLabels {

    private UriLabels() {}

    /** Whether a path is the root: empty, or nothing but slashes. */
    public static boolean isRoot(String path) {
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) != '/') {
                return false;
            }
        }
        return true;
    }

    /** The path with exactly one slash in front and none behind; the same object if it is so already. The root becomes {@code /}. */
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

    /** Whether a Vert.x route has parameters, {@code /items/:id}. */
    static boolean hasParameters(String route) {
        return route.indexOf(':') >= 0;
    }

    /** The template of a Vert.x route with parameters: {@code /items/:id} becomes {@code /items/{id}}. */
    static String template(String route) {
        String[] segments = route.split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            if (segments[i].startsWith(":")) {
                segments[i] = "{" + segments[i].substring(1) + "}";
            }
        }
        return normalize(String.join("/", segments));
    }

    /** The path of a Vert.x route in a router that is mounted at another route: Vert.x tells it relative to the mount point. */
    static String join(String mount, String route) {
        String outer = normalize(mount);
        String inner = normalize(route);
        return outer.equals("/") ? inner : inner.equals("/") ? outer : outer + inner;
    }

    /** Where a path lies, seen from a route. */
    enum PathMatch {
        AT,
        BELOW,
        ELSEWHERE
    }

    /**
     * Where a path lies, seen from the path of a Vert.x route, {@code /items/:id}: segment by segment, with any for a parameter. As with
     * Vert.x, several slashes are one, and one at the end is none.
     *
     * @param pattern the path of the route
     */
    static PathMatch place(String path, String pattern) {
        int inPath = skipSlashes(path, 0);
        int inPattern = skipSlashes(pattern, 0);
        while (inPattern < pattern.length()) {
            int endInPath = endOfSegment(path, inPath);
            int endInPattern = endOfSegment(pattern, inPattern);
            if (inPath == endInPath || !fits(path, inPath, endInPath, pattern, inPattern, endInPattern)) {
                return PathMatch.ELSEWHERE;
            }
            inPath = skipSlashes(path, endInPath);
            inPattern = skipSlashes(pattern, endInPattern);
        }
        return inPath == path.length() ? PathMatch.AT : PathMatch.BELOW;
    }

    private static boolean fits(
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
