package dev.percpu.request;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the metrics of each HTTP server of the application, all on the same meters.
 *
 * <p>Thread-safe. The registry is asked for when the first server starts: Vert.x itself is made earlier, before the registry has its
 * filters and common tags.
 */
final class ServerMetricsSource {

    private final Supplier<? extends MeterRegistry> registry;
    private final ManagementServer management;
    private @Nullable RequestMeters meters;

    ServerMetricsSource(Supplier<? extends MeterRegistry> registry, ManagementServer management) {
        this.registry = registry;
        this.management = management;
    }

    /** The metrics of a server, or null for one that is not counted: scrapes and probes are no requests of the application. */
    @Nullable
    ServerMetrics create(HttpServerOptions options, SocketAddress address) {
        if (management.is(options, address)) {
            return null;
        }
        // As Quarkus does: the port the server was told to listen on, none if that was any free one.
        Tags tags = options.getPort() > 0 ? Tags.of("server.port", Integer.toString(options.getPort())) : Tags.empty();
        return new ServerMetrics(meters(), tags, options.isSsl() ? "https" : "http");
    }

    private synchronized RequestMeters meters() {
        if (meters == null) {
            meters = new RequestMeters(registry.get());
        }
        return meters;
    }
}
