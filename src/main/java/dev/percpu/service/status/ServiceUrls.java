package dev.percpu.service.status;

import dev.percpu.quarkus.metrics.MetricsPath;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** The URLs of the page and the endpoints, with the ports that are open. Read them after the service has started. */
@Singleton
public class ServiceUrls {

    private final Config config;
    private final HttpServer server;
    private final boolean managementTls;

    /**
     * @param server the ports; one that is not open is negative
     */
    ServiceUrls(Config config, HttpServer server) {
        this.config = config;
        this.server = server;
        this.managementTls = hasManagementTls(config);
    }

    /** Returns the addresses of the page and of scrapes, for the log. */
    public String line() {
        return "page " + root() + ", scrape " + metrics();
    }

    /**
     * A link of the page.
     *
     * @param href absolute, or relative to the page: a proxy can then add a path, or have another host and port
     * @param port the other port that the endpoint is on; null for that of the page
     */
    record Link(String title, String href, @Nullable Integer port) {}

    /**
     * Returns the links of the page: metrics, health and the description of the API.
     *
     * @param host host that the client called. The other port has the same host: the address it listens on can be one that the client
     *     cannot call.
     */
    List<Link> links(String host) {
        return List.of(
                link("Metrics", metrics(), host),
                link("Health", health(), host),
                link(
                        "API description",
                        root().resolve(MetricsPath.applicationFolder(config).substring(1) + "openapi"),
                        host));
    }

    private Link link(String title, URI url, String host) {
        URI root = root();
        if (url.getPort() != root.getPort()) {
            return new Link(
                    title,
                    url.getScheme() + "://" + inUrl(host) + ":" + url.getPort() + url.getRawPath(),
                    url.getPort());
        }
        URI relative = root.relativize(url);
        return new Link(title, relative.isAbsolute() ? url.getRawPath() : relative.toString(), null);
    }

    private URI metrics() {
        String path = MetricsPath.ofApplicationPort(config);
        return path == null
                ? managementPort().resolve(MetricsPath.ofManagementPort(config))
                : root().resolve(path.substring(1)); // of the router that is mounted at the root path
    }

    private URI health() {
        URI neighbor = MetricsPath.ofApplicationPort(config) == null ? metrics() : nonApplication();
        return neighbor.resolve("health");
    }

    private URI nonApplication() {
        return root().resolve(folder("quarkus.http.non-application-root-path", "q"));
    }

    private URI managementPort() {
        int port = port(server.getManagementPort(), "quarkus.management.port");
        return base(!managementTls, "quarkus.management.host", port);
    }

    private URI root() {
        boolean plain = server.getSecurePort() < 0 || server.getPort() >= 0;
        int port = plain ? port(server.getPort(), "quarkus.http.port") : server.getSecurePort();
        return base(plain, "quarkus.http.host", port).resolve(folder("quarkus.http.root-path", "/"));
    }

    /** The server knows a port only if it was chosen at the start, and none after a live reload in dev mode. */
    private int port(int chosen, String key) {
        return chosen >= 0 ? chosen : config.getValue(key, Integer.class);
    }

    private URI base(boolean plain, String hostKey, int port) {
        return URI.create((plain ? "http://" : "https://") + inUrl(connectAddress(string(hostKey, "0.0.0.0"))) + ":"
                + port + "/");
    }

    /** Returns the name or address to connect to, for an address to listen on: that of all interfaces is no address to connect to. */
    public static String connectAddress(String host) {
        return host.equals("0.0.0.0") || host.equals("::") || host.equals("127.0.0.1") ? "localhost" : host;
    }

    private static String inUrl(String address) {
        return address.contains(":") && !address.startsWith("[") ? "[" + address + "]" : address;
    }

    private static boolean hasManagementTls(Config config) {
        return config.getOptionalValue("quarkus.management.tls-configuration-name", String.class)
                        .isPresent()
                || StreamSupport.stream(config.getPropertyNames().spliterator(), false)
                        .anyMatch(name -> name.startsWith("quarkus.management.ssl.certificate."));
    }

    /** A path that others can be resolved against. */
    private String folder(String key, String otherwise) {
        String path = string(key, otherwise);
        return path.endsWith("/") ? path : path + "/";
    }

    private String string(String key, String otherwise) {
        return config.getOptionalValue(key, String.class).orElse(otherwise);
    }
}
