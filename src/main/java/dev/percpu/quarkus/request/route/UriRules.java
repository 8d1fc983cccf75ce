package dev.percpu.quarkus.request.route;

import dev.percpu.settings.Settings;
import dev.percpu.settings.UriRewrite;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration says of the label {@code uri}; every rule means what it means to Quarkus' binder. Patterns have to match the
 * whole of a path without slashes at its end. Immutable.
 *
 * @param ignored requests whose path matches one of these are not recorded
 * @param rewrites tried in their order, before the templates of routes
 * @param nonApplication the path under which Quarkus serves what is not the application's, {@code /q/}, if that is not to be recorded
 * @param suppress4xx whether errors (status 400 and above, but 404) are {@code UNKNOWN} unless a template with parameters matched
 * @param maxValues how many values there may be beside the fixed ones
 */
public record UriRules(
        List<Pattern> ignored,
        List<UriRewrite> rewrites,
        @Nullable String nonApplication,
        boolean suppress4xx,
        int maxValues) {

    /** Nothing is ignored, rewritten or suppressed. */
    public static final UriRules NONE =
            new UriRules(List.of(), List.of(), null, false, Settings.REQUESTS_MAX_URI_TAGS.defaultValue());

    public UriRules {
        ignored = List.copyOf(ignored);
        rewrites = List.copyOf(rewrites);
    }

    /** The value that the configuration gives to a path, or null if it has none for it. */
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

    /** Whether requests of this path, or of a route with this template, are not to be recorded. */
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
