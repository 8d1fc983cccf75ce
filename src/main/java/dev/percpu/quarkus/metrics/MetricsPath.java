package dev.percpu.quarkus.metrics;

import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * The path of scrapes, among Quarkus' own endpoints. With a management port it is below {@code quarkus.management.root-path}, else on the
 * application port below {@code quarkus.http.non-application-root-path}. Stateless.
 *
 * <p>Quarkus has no router for applications outside of {@code quarkus.http.root-path}. So an absolute path outside of it, where Quarkus' own
 * endpoints are, is used below the root path.
 *
 * @see <a href="https://quarkus.io/guides/management-interface-reference">Quarkus management interface</a>
 */
public final class MetricsPath {
    private static final String NAME = "metrics";

    private MetricsPath() {}

    /** Returns the path on the router of the management port. */
    public static String ofManagementPort(Config config) {
        return below(string(config, "quarkus.management.root-path", "/q"));
    }

    /** Returns the path on the router of the application, which is mounted at its root path; null if there is a management port. */
    public static @Nullable String ofApplicationPort(Config config) {
        if (config.getOptionalValue("quarkus.management.enabled", Boolean.class).orElse(false)) {
            return null;
        }
        return applicationFolder(config) + NAME;
    }

    /** Returns the folder of endpoints that are not the application's, on the router of the application, with a slash at each end. */
    public static String applicationFolder(Config config) {
        String folder = folder(nonApplicationRoot(config));
        // The router adds the root path of the application, so an absolute path must not repeat it.
        return folder(isBelowRoot(config) ? folder.substring(root(config).length()) : folder);
    }

    /** Returns whether Quarkus' own endpoints are outside of the root path, and scrapes are not. */
    static boolean isApartFromHealth(Config config) {
        return ofApplicationPort(config) != null && nonApplicationRoot(config).startsWith("/") && !isBelowRoot(config);
    }

    /** Returns whether the path is absolute and repeats the root path of the application. */
    private static boolean isBelowRoot(Config config) {
        String path = nonApplicationRoot(config);
        return path.startsWith("/") && folder(path).startsWith(root(config));
    }

    private static String nonApplicationRoot(Config config) {
        return string(config, "quarkus.http.non-application-root-path", "q");
    }

    private static String root(Config config) {
        return folder(string(config, "quarkus.http.root-path", "/"));
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
