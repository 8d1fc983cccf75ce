package dev.percpu.quarkus.request;

import io.netty.channel.ChannelPipeline;
import io.quarkus.vertx.http.ManagementInterface;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import io.vertx.core.spi.observability.HttpRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * Adds a limit to each connection at its first request, on both ports: {@link PipeliningLimit} for HTTP/1, {@link ReadWhileWritable} for
 * HTTP/2. Stateless.
 *
 * <p>A handler of requests is the only place that the application, its tests, its dev mode, and other applications have in common. Requests
 * outside of {@code quarkus.http.root-path} reach no handler of the application: for these, the metrics of the server add the limit.
 */
@Singleton
class ConnectionLimits {
    /** Before all filters of the application: a filter that ends the request must not prevent the limit. */
    private static final int FIRST = Integer.MAX_VALUE;

    void application(@Observes Filters filters) {
        filters.register(ConnectionLimits::limit, FIRST);
    }

    void management(@Observes ManagementInterface management) {
        management.router().route().order(Integer.MIN_VALUE).handler(ConnectionLimits::limit);
    }

    private static void limit(RoutingContext context) {
        limit(context.request());
        context.next();
    }

    /** Adds the limit to the connection of a request, unless it has one. */
    static void limit(HttpServerRequest request) {
        if (request.connection() instanceof ConnectionBase connection) {
            ChannelPipeline pipeline = connection.channel().pipeline();
            if (request.version() == HttpVersion.HTTP_2) {
                ReadWhileWritable.install(pipeline);
            } else {
                PipeliningLimit.install(pipeline);
            }
        }
    }

    /** Metrics of a server that record nothing, and add the limit at each request. Stateless. */
    static final class OfEachRequest implements HttpServerMetrics<@Nullable Void, @Nullable Void, @Nullable Void> {
        @Override
        public @Nullable Void requestBegin(@Nullable Void connection, HttpRequest request) {
            limit((HttpServerRequest) request);
            return null;
        }
    }
}
