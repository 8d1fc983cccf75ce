package dev.percpu.quarkus.request;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.vertx.http.runtime.management.ManagementConfig;
import io.quarkus.vertx.http.runtime.options.HttpServerOptionsUtils;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import java.util.function.Supplier;

/**
 * Tells Quarkus' management server apart from those of the application. All of them ask Vert.x for metrics in the same way; what they
 * differ in is where they listen.
 */
final class ManagementServer {

    private final Supplier<ManagementConfig> config;

    /** @param config read when the first server starts, since Vert.x' options are made before the configuration is needed */
    ManagementServer(Supplier<ManagementConfig> config) {
        this.config = config;
    }

    /** Whether a server with these options, listening on this address, is the management server. */
    boolean is(HttpServerOptions options, SocketAddress address) {
        ManagementConfig management = config.get();
        if (address.isDomainSocket()) {
            return management.domainSocketEnabled() && management.domainSocket().equals(address.path());
        }
        int port = management.determinePort(LaunchMode.current());
        // A random port is asked for by a negative number, one for each of Quarkus' servers.
        return options.getPort() == (port == 0 ? HttpServerOptionsUtils.RANDOM_PORT_MANAGEMENT : port);
    }
}
