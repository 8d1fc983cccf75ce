package dev.percpu.quarkus;

import dev.percpu.quarkus.request.route.UriLabels;
import dev.percpu.quarkus.request.route.UriRules;
import dev.percpu.settings.HistogramMode;
import dev.percpu.settings.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of request metrics. The keys of Quarkus' own binder have the names and defaults that they have there. Immutable.
 *
 * @param enabled whether requests are recorded
 * @param uris rules for the label {@code uri}
 * @param rootPath path under which Quarkus serves the application: {@code /app}, or {@code /}
 * @param objectives upper bounds of further buckets of the time of requests
 * @param histogram histogram of the time of requests; empty for none
 */
public record RequestSettings(
        boolean enabled, UriRules uris, String rootPath, List<Duration> objectives, Optional<HistogramMode> histogram) {

    public RequestSettings {
        objectives = List.copyOf(objectives);
    }

    /**
     * Reads the settings.
     *
     * @param configuration returns the text of a key, or null if the key is not set
     * @throws IllegalArgumentException if a value is not allowed, naming key, allowed values and value
     */
    public static RequestSettings read(Function<String, @Nullable String> configuration) {
        boolean suppressNonApplication = Settings.REQUESTS_SUPPRESS_NON_APPLICATION.read(configuration);
        UriRules uris = new UriRules(
                Settings.REQUESTS_IGNORE_PATTERNS.read(configuration),
                Settings.REQUESTS_MATCH_PATTERNS.read(configuration),
                suppressNonApplication ? nonApplicationPath(configuration) : null,
                Settings.REQUESTS_SUPPRESS_4XX.read(configuration),
                Settings.REQUESTS_MAX_URI_TAGS.read(configuration));
        return new RequestSettings(
                Settings.REQUESTS_ENABLED.read(configuration),
                uris,
                UriLabels.normalize(rootPath(configuration)),
                Settings.REQUESTS_SLO.read(configuration),
                Settings.REQUESTS_HISTOGRAM.read(configuration));
    }

    /** Returns {@code /app/}, or {@code /}. */
    private static String rootPath(Function<String, @Nullable String> configuration) {
        return folder(path(configuration, "quarkus.http.root-path", "/"));
    }

    /** Returns {@code /q/}, or null if the endpoints of Quarkus have no path of their own. */
    private static @Nullable String nonApplicationPath(Function<String, @Nullable String> configuration) {
        String root = rootPath(configuration);
        String path = path(configuration, "quarkus.http.non-application-root-path", "q");
        String absolute = folder(path.startsWith("/") ? path : root + path);
        return absolute.equals(root) ? null : absolute;
    }

    private static String path(Function<String, @Nullable String> configuration, String key, String unset) {
        String value = configuration.apply(key);
        return value == null ? unset : value.strip();
    }

    private static String folder(String path) {
        return Stream.of(path.split("/"))
                .filter(segment -> !segment.isEmpty())
                .map(segment -> segment + "/")
                .collect(Collectors.joining("", "/", ""));
    }
}
