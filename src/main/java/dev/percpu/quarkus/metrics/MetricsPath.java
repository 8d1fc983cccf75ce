package dev.percpu.quarkus.metrics;

import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * The path of scrapes, among Quarkus' own endpoints: on the management port below {@code quarkus.management.root-path}, or on the application
 * port below {@code quarkus.http.non-application-root-path} if there is no management port. Stateless.
 *
 * @see <a href="https://quarkus.io/guides/management-interface-reference">Quarkus management interface</a>
 */
final class MetricsPath {
    private static final String NAME = "metrics";

    private MetricsPath() {}

    /** Returns the path on the router of the management port. */
    static String ofManagementPort(Config config) {
        return below(string(config, "quarkus.management.root-path", "/q"));
    }

    /** Returns the path on the router of the application, which is mounted at its root path; null if there is a management port. */
    static @Nullable String ofApplicationPort(Config config) {
        if (config.getOptionalValue("quarkus.management.enabled", Boolean.class).orElse(false)) {
            return null;
        }
        String path = string(config, "quarkus.http.non-application-root-path", "q");
        String root = folder(string(config, "quarkus.http.root-path", "/"));
        // The router adds the root path of the application, so an absolute path must not repeat it.
        return below(path.startsWith(root) ? path.substring(root.length()) : path);
    }

    private static String below(String folder) {
        return folder(folder) + NAME;
    }

    /** Returns a path with a slash at each end. */
    private static String folder(String path) {
        String absolute = path.startsWith("/") ? path : "/" + path;
        return absolute.endsWith("/") ? absolute : absolute + "/";
    }

    private static String string(Config config, String key, String otherwise) {
        return config.getOptionalValue(key, String.class).orElse(otherwise);
    }
}
