package dev.percpu.quarkus.request;

import io.quarkus.vertx.http.runtime.ExtendedQuarkusVertxHttpMetrics;
import io.vertx.core.Vertx;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.ClientMetrics;
import io.vertx.core.spi.metrics.DatagramSocketMetrics;
import io.vertx.core.spi.metrics.EventBusMetrics;
import io.vertx.core.spi.metrics.HttpClientMetrics;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import io.vertx.core.spi.metrics.PoolMetrics;
import io.vertx.core.spi.metrics.TCPMetrics;
import io.vertx.core.spi.metrics.VertxMetrics;
import org.jspecify.annotations.Nullable;

/**
 * All that Vert.x asks metrics for: HTTP servers are ours and those of whoever was there before, everything else is theirs alone.
 *
 * <p>It is an {@link ExtendedQuarkusVertxHttpMetrics} because Quarkus casts to that as soon as {@code max-connections} is set.
 */
final class ChainedVertxMetrics implements VertxMetrics, ExtendedQuarkusVertxHttpMetrics {

    private static final VertxMetrics NONE = new VertxMetrics() {};

    private final VertxMetrics previous;
    private final ServerMetricsSource source;
    private @Nullable ConnectionTracker tracker;

    ChainedVertxMetrics(@Nullable VertxMetrics previous, ServerMetricsSource source) {
        this.previous = previous == null ? NONE : previous;
        this.source = source;
    }

    @Override
    public @Nullable HttpServerMetrics<?, ?, ?> createHttpServerMetrics(
            HttpServerOptions options, SocketAddress localAddress) {
        HttpServerMetrics<?, ?, ?> theirs = previous.createHttpServerMetrics(options, localAddress);
        HttpServerMetricsAdapter ours = source.create(options, localAddress);
        if (theirs == null || ours == null) {
            return ours == null ? theirs : ours;
        }
        return new CompositeHttpServerMetrics<>(theirs, ours);
    }

    @Override
    public synchronized ConnectionTracker getHttpConnectionTracker() {
        if (tracker == null) {
            tracker = new InitializeOnceConnectionTracker(
                    previous instanceof ExtendedQuarkusVertxHttpMetrics extended
                            ? extended.getHttpConnectionTracker()
                            : NOOP_CONNECTION_TRACKER);
        }
        return tracker;
    }

    @Override
    public EventBusMetrics<?> createEventBusMetrics() {
        return previous.createEventBusMetrics();
    }

    @Override
    public ClientMetrics<?, ?, ?, ?> createClientMetrics(SocketAddress remoteAddress, String type, String namespace) {
        return previous.createClientMetrics(remoteAddress, type, namespace);
    }

    @Override
    public HttpClientMetrics<?, ?, ?, ?> createHttpClientMetrics(HttpClientOptions options) {
        return previous.createHttpClientMetrics(options);
    }

    @Override
    public TCPMetrics<?> createNetServerMetrics(NetServerOptions options, SocketAddress localAddress) {
        return previous.createNetServerMetrics(options, localAddress);
    }

    @Override
    public TCPMetrics<?> createNetClientMetrics(NetClientOptions options) {
        return previous.createNetClientMetrics(options);
    }

    @Override
    public DatagramSocketMetrics createDatagramSocketMetrics(DatagramSocketOptions options) {
        return previous.createDatagramSocketMetrics(options);
    }

    @Override
    public PoolMetrics<?> createPoolMetrics(String poolType, String poolName, int maxPoolSize) {
        return previous.createPoolMetrics(poolType, poolName, maxPoolSize);
    }

    @Override
    public void vertxCreated(Vertx vertx) {
        previous.vertxCreated(vertx);
    }

    @Override
    public void close() {
        previous.close();
    }
}
