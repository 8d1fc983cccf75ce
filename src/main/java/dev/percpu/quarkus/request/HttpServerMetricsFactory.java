package dev.percpu.quarkus.request;

import io.micrometer.core.instrument.Tags;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A factory of the metrics of the application's HTTP servers. All servers share the same meters.
 *
 * <p>Thread-safe. The shared meters are created with the first server: Vert.x itself is created before the registry has its filters and
 * common tags.
 */
final class HttpServerMetricsFactory {

    private final Supplier<HttpServerMetricsAdapter.ApplicationMetrics> supplier;
    private final BiPredicate<HttpServerOptions, SocketAddress> excluded;
    private final boolean hasRootPath;
    private HttpServerMetricsAdapter.@Nullable ApplicationMetrics application;

    /**
     * @param supplier creates what all servers share; called once
     * @param excluded whether the requests to a server with these options and this address are not recorded
     * @param hasRootPath whether the application is below a path, so that requests to others reach none of its handlers
     */
    HttpServerMetricsFactory(
            Supplier<HttpServerMetricsAdapter.ApplicationMetrics> supplier,
            BiPredicate<HttpServerOptions, SocketAddress> excluded,
            boolean hasRootPath) {
        this.supplier = supplier;
        this.excluded = excluded;
        this.hasRootPath = hasRootPath;
    }

    /** Returns the metrics of a server; null for a server whose requests are neither recorded nor limited here. */
    @Nullable
    HttpServerMetrics<?, ?, ?> create(HttpServerOptions options, SocketAddress address) {
        if (excluded.test(options, address)) {
            return hasRootPath ? new ConnectionLimits.OfEachRequest() : null;
        }
        // As in Quarkus: the configured port, and no label if the configuration asks for a random port.
        Tags tags = options.getPort() > 0 ? Tags.of("server.port", Integer.toString(options.getPort())) : Tags.empty();
        return new HttpServerMetricsAdapter(
                applicationMetrics(), tags, options.isSsl() ? "https" : "http", hasRootPath);
    }

    private synchronized HttpServerMetricsAdapter.ApplicationMetrics applicationMetrics() {
        if (application == null) {
            application = supplier.get();
        }
        return application;
    }
}
