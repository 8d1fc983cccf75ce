package dev.percpu.quarkus.request.route;

import dev.percpu.settings.UriRewrite;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The configured rules for the label {@code uri}, with the same meaning as in Quarkus' binder. A pattern must match the whole path; slashes
 * at the end of the path are removed before.
 *
 * <p>Immutable.
 *
 * @param ignored patterns of paths whose requests are not recorded
 * @param rewrites patterns of paths that get a fixed value; applied in this order, before the templates of routes
 * @param nonApplication path of Quarkus' own endpoints, such as {@code /q/}, whose requests are not recorded; null to record them
 * @param suppress4xx whether errors (status 400 and above, except 404) get the value {@code UNKNOWN}, unless a template
 *     with parameters matched
 * @param maxValues limit of the number of values, not counting the fixed ones
 */
public record UriRules(
        List<Pattern> ignored,
        List<UriRewrite> rewrites,
        @Nullable String nonApplication,
        boolean suppress4xx,
        int maxValues) {

    public UriRules {
        ignored = List.copyOf(ignored);
        rewrites = List.copyOf(rewrites);
    }

    /** Returns the value that the rules assign to a path; null if there is none. */
    public @Nullable String rewrite(String path) {
        if (rewrites.isEmpty()) {
            return null;
        }
        String normalized = UriLabels.normalize(path);
        for (UriRewrite rewrite : rewrites) {
            if (rewrite.pattern().matcher(normalized).matches()) {
                return rewrite.value().equals(normalized) ? null : rewrite.value();
            }
        }
        return null;
    }

    /** Returns whether requests with this path, or of a route with this template, are not recorded. */
    public boolean ignores(String path) {
        if (nonApplication == null && ignored.isEmpty()) {
            return false;
        }
        String normalized = UriLabels.normalize(path);
        if (nonApplication != null && normalized.startsWith(nonApplication)) {
            return true;
        }
        for (Pattern pattern : ignored) {
            if (pattern.matcher(normalized).matches()) {
                return true;
            }
        }
        return false;
    }
}
