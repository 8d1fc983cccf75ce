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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x metrics that add the request metrics to each HTTP server. Everything else is delegated to the previous metrics.
 *
 * <p>Quarkus casts the metrics to {@link ExtendedQuarkusVertxHttpMetrics} when {@code max-connections} is set.
 *
 * <p>In dev mode each reloaded application replaces the request metrics of the servers, see {@link ReloadableServerMetrics}. It finds this
 * object at Vert.x and knows it as a {@link Consumer}, because its class loader is another one.
 *
 * <p>Thread-safe if the previous metrics are.
 */
final class ChainedVertxMetrics
        implements VertxMetrics,
                ExtendedQuarkusVertxHttpMetrics,
                Consumer<BiFunction<HttpServerOptions, SocketAddress, ? extends @Nullable HttpServerMetrics<?, ?, ?>>> {

    private static final VertxMetrics NONE = new VertxMetrics() {};

    private final VertxMetrics previous;
    private final HttpServerMetricsFactory servers;
    private final boolean reloads;
    private final List<ReloadableServerMetrics> reloadable = new CopyOnWriteArrayList<>();
    private @Nullable ConnectionTracker tracker;

    /** @param reloads whether the application may be reloaded while Vert.x and its servers stay */
    ChainedVertxMetrics(@Nullable VertxMetrics previous, HttpServerMetricsFactory servers, boolean reloads) {
        this.previous = previous == null ? NONE : previous;
        this.servers = servers;
        this.reloads = reloads;
    }

    @Override
    public @Nullable HttpServerMetrics<?, ?, ?> createHttpServerMetrics(
            HttpServerOptions options, SocketAddress localAddress) {
        HttpServerMetrics<?, ?, ?> previousServer = previous.createHttpServerMetrics(options, localAddress);
        HttpServerMetrics<?, ?, ?> server =
                reloads ? reloadable(options, localAddress) : servers.create(options, localAddress);
        if (previousServer == null || server == null) {
            return server == null ? previousServer : server;
        }
        return new CompositeHttpServerMetrics<>(previousServer, server);
    }

    private HttpServerMetrics<?, ?, ?> reloadable(HttpServerOptions options, SocketAddress localAddress) {
        ReloadableServerMetrics server = new ReloadableServerMetrics(options, localAddress);
        server.reload(servers::create);
        reloadable.add(server);
        return server;
    }

    @Override
    public void accept(
            BiFunction<HttpServerOptions, SocketAddress, ? extends @Nullable HttpServerMetrics<?, ?, ?>> reloaded) {
        reloadable.forEach(server -> server.reload(reloaded));
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

    /**
     * A tracker that initializes another one once. Quarkus initializes the tracker for each event loop of a server, with the same count.
     * Quarkus' own tracker would register its gauges each time, and Micrometer would log a warning.
     *
     * <p>Thread-safe if the other tracker is.
     */
    private static final class InitializeOnceConnectionTracker implements ConnectionTracker {

        private final ConnectionTracker delegate;
        private final AtomicBoolean initialized = new AtomicBoolean();

        InitializeOnceConnectionTracker(ConnectionTracker delegate) {
            this.delegate = delegate;
        }

        @Override
        public void onConnectionRejected() {
            delegate.onConnectionRejected();
        }

        @Override
        public void initialize(int maxConnections, AtomicInteger current) {
            if (initialized.compareAndSet(false, true)) {
                delegate.initialize(maxConnections, current);
            }
        }
    }
}
