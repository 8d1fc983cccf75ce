package dev.percpu.request;

/** The rules by which a route becomes a value of the label {@code uri}. Stateless. */
final class UriLabels {

    private UriLabels() {}

    /** Whether a path is the root: empty, or nothing but slashes. */
    static boolean isRoot(String path) {
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) != '/') {
                return false;
            }
        }
        return true;
    }

    /** The path with exactly one slash in front and none behind; the same object if it is so already. The root becomes {@code /}. */
    static String normalize(String path) {
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
        String outer = hasParameters(mount) ? template(mount) : normalize(mount);
        String inner = normalize(route);
        return outer.equals("/") ? inner : inner.equals("/") ? outer : outer + inner;
    }

    /** Whether a path is that path or lies below it: {@code /a/b} and {@code /a/} are at {@code /a}, {@code /ab} is not. */
    static boolean isAt(String path, String parent) {
        return path.startsWith(parent)
                && (path.length() == parent.length() || path.charAt(parent.length()) == '/' || isRoot(parent));
    }

    /** Whether a path lies below another one, {@code /static/app.js} below {@code /static}; a trailing slash is nothing below. */
    static boolean isBelow(String path, String parent) {
        int from = parent.length();
        if (path.length() <= from || path.charAt(from) != '/' || !path.startsWith(parent)) {
            return false;
        }
        for (int i = from + 1; i < path.length(); i++) {
            if (path.charAt(i) != '/') {
                return true;
            }
        }
        return false;
    }
}
