package dev.percpu.request;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import java.util.function.BiPredicate;
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
    private final BiPredicate<HttpServerOptions, SocketAddress> uncounted;
    private @Nullable RequestMeters meters;

    /** @param uncounted whether a server with these options, listening on this address, is not to be counted */
    ServerMetricsSource(
            Supplier<? extends MeterRegistry> registry, BiPredicate<HttpServerOptions, SocketAddress> uncounted) {
        this.registry = registry;
        this.uncounted = uncounted;
    }

    /** The metrics of a server, or null for one that is not to be counted. */
    @Nullable
    ServerMetrics create(HttpServerOptions options, SocketAddress address) {
        if (uncounted.test(options, address)) {
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
