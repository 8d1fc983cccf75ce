package dev.percpu.service;

import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;

/** The URLs of the page and the endpoints, with the ports that are open. Read them after the service has started. */
@Singleton
class ServiceUrls {

    private final Config config;
    private final HttpServer server;

    /**
     * @param server the ports; one that is not open is negative
     */
    ServiceUrls(Config config, HttpServer server) {
        this.config = config;
        this.server = server;
    }

    /** Returns two lines for the log: page and status, metrics and health. */
    List<String> lines() {
        URI root = root();
        URI management = management();
        return List.of(
                "Page " + root + ", status " + root.resolve("api/rseq"),
                "Metrics " + management.resolve("metrics") + ", health " + management.resolve("health"));
    }

    private URI root() {
        boolean plain = server.getSecurePort() < 0 || server.getPort() >= 0;
        int port = plain ? port(server.getPort(), "quarkus.http.port") : server.getSecurePort();
        return base(plain, "quarkus.http.host", port).resolve(folder("quarkus.http.root-path", "/"));
    }

    private URI management() {
        if (config.getOptionalValue("quarkus.management.enabled", Boolean.class).orElse(false)) {
            int port = port(server.getManagementPort(), "quarkus.management.port");
            return base(!hasManagementTls(), "quarkus.management.host", port)
                    .resolve(folder("quarkus.management.root-path", "/q"));
        }
        return root().resolve(folder("quarkus.http.non-application-root-path", "q"));
    }

    /** The server knows a port only if it was chosen at the start, and none after a live reload in dev mode. */
    private int port(int chosen, String key) {
        return chosen >= 0 ? chosen : config.getValue(key, Integer.class);
    }

    private URI base(boolean plain, String hostKey, int port) {
        return URI.create((plain ? "http://" : "https://") + inUrl(connectAddress(string(hostKey, "0.0.0.0"))) + ":"
                + port + "/");
    }

    /** Returns the address to connect to, for an address to listen on: that of all interfaces is no address to connect to. */
    static String connectAddress(String host) {
        return host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host;
    }

    private static String inUrl(String address) {
        return address.contains(":") ? "[" + address + "]" : address;
    }

    private boolean hasManagementTls() {
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
