package dev.percpu.quarkus;

import dev.percpu.quarkus.request.route.HistogramKind;
import dev.percpu.quarkus.request.route.RouteTimers;
import dev.percpu.quarkus.request.route.UriLabels;
import dev.percpu.quarkus.request.route.UriRules;
import dev.percpu.registry.NativeHistogramKey;
import io.quarkus.runtime.configuration.DurationConverter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * How requests are recorded: the keys of Quarkus' own binder, under the names and with the defaults that they have there, and ours
 * below {@code percpu.requests.}. Read by hand, like all settings of the service, so that what is wrong is told in one way. Immutable.
 *
 * @param enabled whether requests are recorded at all
 * @param uris rules for the label {@code uri}
 * @param rootPath under which Quarkus serves the application, {@code /app}, or {@code /}
 * @param objectives upper bounds of additional buckets
 * @param histogram further buckets
 */
public record RequestSettings(
        boolean enabled, UriRules uris, String rootPath, List<Duration> objectives, HistogramKind histogram) {

    /** Without any configuration. */
    public static final RequestSettings DEFAULT =
            new RequestSettings(true, UriRules.NONE, "/", List.of(), HistogramKind.NONE);

    private static final String ENABLED = "percpu.requests.enabled";
    private static final String OBJECTIVES = "percpu.requests.slo";
    private static final String HISTOGRAM = "percpu.requests.histogram";

    /** Our own keys; a key below {@code percpu.} that is none of these or of the other settings is a typing error. */
    public static final List<String> KEYS = List.of(ENABLED, OBJECTIVES, HISTOGRAM);

    private static final String BINDER = "quarkus.micrometer.binder.http-server.";
    private static final String IGNORE = "ignore-patterns";
    private static final String MATCH = "match-patterns";
    private static final String MAX_VALUES = BINDER + "max-uri-tags";
    private static final String SUPPRESS_NON_APPLICATION = BINDER + "suppress-non-application-uris";
    private static final String SUPPRESS_4XX = BINDER + "suppress4xx-errors";

    /** Where Quarkus had the two lists of patterns before; it still reads them there. */
    private static final String FORMER_BINDER = "quarkus.micrometer.binder.vertx.";

    public RequestSettings {
        objectives = List.copyOf(objectives);
    }

    /**
     * Reads and checks the settings.
     *
     * @param complaints told of each wrong key and value and what is allowed; the settings are then not to be used
     */
    public static RequestSettings read(Config config, Consumer<String> complaints) {
        Reader reader = new Reader(config, complaints);
        UriRules uris = new UriRules(
                reader.patterns(IGNORE, "a comma-separated list of regular expressions", RequestSettings::pattern),
                reader.patterns(MATCH, "a comma-separated list of regular-expression=value", RequestSettings::rewrite),
                reader.flag(SUPPRESS_NON_APPLICATION, true) ? reader.nonApplicationPath() : null,
                reader.flag(SUPPRESS_4XX, false),
                reader.positive(MAX_VALUES, UriRules.DEFAULT_MAX_VALUES));
        return new RequestSettings(
                reader.flag(ENABLED, true),
                uris,
                UriLabels.normalize(reader.rootPath()),
                reader.objectives(OBJECTIVES),
                reader.histogram(HISTOGRAM));
    }

    /** What the registry has to be told, as keys of its configuration for the meter's whole name; if it has them itself, they hold. */
    public Map<String, String> registrySettings() {
        return histogram == HistogramKind.NONE
                ? Map.of()
                : Map.of(NativeHistogramKey.MODE.key() + "." + RouteTimers.NAME, histogram.lowerCase());
    }

    private static Pattern pattern(String text) {
        return Pattern.compile(text.strip());
    }

    private static UriRules.Rewrite rewrite(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw new IllegalArgumentException("no =");
        }
        return new UriRules.Rewrite(
                pattern(text.substring(0, equals)), text.substring(equals + 1).strip());
    }

    /** Reads single keys; one that is wrong is complained about and has its default. */
    private record Reader(Config config, Consumer<String> complaints) {

        boolean flag(String key, boolean byDefault) {
            String value = value(key);
            if (value == null) {
                return byDefault;
            }
            String read = value.strip().toLowerCase(Locale.ROOT);
            if (!read.equals("true") && !read.equals("false")) {
                complain(key, value, "true, false");
            }
            return read.equals("true");
        }

        int positive(String key, int byDefault) {
            String value = value(key);
            if (value == null) {
                return byDefault;
            }
            try {
                int read = Integer.parseInt(value.strip());
                if (read > 0) {
                    return read;
                }
            } catch (NumberFormatException e) {
                // Complained about below, like a number that is too small.
            }
            complain(key, value, "a whole number from 1 to " + Integer.MAX_VALUE);
            return byDefault;
        }

        <T> List<T> patterns(String name, String allowed, Function<String, T> parser) {
            String key = config.getConfigValue(BINDER + name).getValue() == null
                            && list(BINDER + name).isEmpty()
                    ? FORMER_BINDER + name
                    : BINDER + name;
            List<T> read = new ArrayList<>();
            for (String text : list(key).orElse(List.of())) {
                try {
                    read.add(parser.apply(text));
                } catch (PatternSyntaxException e) {
                    complain(key, text, allowed + " (" + e.getDescription() + ")");
                } catch (IllegalArgumentException e) {
                    complain(key, text, allowed);
                }
            }
            return read;
        }

        List<Duration> objectives(String key) {
            List<Duration> read = new ArrayList<>();
            for (String text : list(key).orElse(List.of())) {
                Duration objective = duration(text);
                if (objective == null) {
                    complain(key, text, "a comma-separated list of durations above 0, such as 50ms, 1s or PT2M");
                } else {
                    read.add(objective);
                }
            }
            return read;
        }

        HistogramKind histogram(String key) {
            String value = value(key);
            if (value == null) {
                return HistogramKind.NONE;
            }
            for (HistogramKind kind : HistogramKind.values()) {
                if (kind.lowerCase().equals(value.strip().toLowerCase(Locale.ROOT))) {
                    return kind;
                }
            }
            complain(
                    key,
                    value,
                    Arrays.stream(HistogramKind.values())
                            .map(HistogramKind::lowerCase)
                            .collect(Collectors.joining(", ")));
            return HistogramKind.NONE;
        }

        /** {@code /app/}, or {@code /}. */
        String rootPath() {
            return directory(path("quarkus.http.root-path", "/"));
        }

        /** {@code /q/}, or null if what is not the application's cannot be told by its path. */
        @Nullable
        String nonApplicationPath() {
            String root = rootPath();
            String nonApplication = path("quarkus.http.non-application-root-path", "q");
            String absolute = directory(nonApplication.startsWith("/") ? nonApplication : root + nonApplication);
            return absolute.equals(root) ? null : absolute;
        }

        private String path(String key, String byDefault) {
            String value = value(key);
            return value == null ? byDefault : value.strip();
        }

        private static String directory(String path) {
            return Stream.of(path.split("/"))
                    .filter(segment -> !segment.isEmpty())
                    .map(segment -> segment + "/")
                    .collect(Collectors.joining("", "/", ""));
        }

        private static @Nullable Duration duration(String text) {
            try {
                Duration read = DurationConverter.parseDuration(text.strip());
                return read == null || read.isNegative() || read.isZero() ? null : read;
            } catch (IllegalArgumentException | ArithmeticException e) {
                return null;
            }
        }

        private @Nullable String value(String key) {
            return config.getConfigValue(key).getValue();
        }

        private Optional<List<String>> list(String key) {
            return config.getOptionalValues(key, String.class);
        }

        private void complain(String key, String value, String allowed) {
            complaints.accept(key + " is \"" + value + "\"; allowed: " + allowed + ".");
        }
    }
}
