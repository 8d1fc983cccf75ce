package dev.percpu.quarkus.request;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import io.vertx.core.spi.observability.HttpRequest;
import io.vertx.core.spi.observability.HttpResponse;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of one HTTP server in dev mode. A live reload replaces the application and its registry, but not the server. So each request goes to
 * the metrics of the application at its begin, and stays there until its end.
 *
 * <p>The class loader of a reloaded application is another one, so this class calls its metrics by types of Vert.x only.
 *
 * <p>Thread-safe if the metrics are.
 */
final class ReloadableServerMetrics
        implements HttpServerMetrics<
                ReloadableServerMetrics.@Nullable Owned,
                ReloadableServerMetrics.@Nullable Owned,
                ReloadableServerMetrics.@Nullable Owned> {

    private static final HttpServerMetrics<?, ?, ?> NONE = new HttpServerMetrics<>() {};

    private final HttpServerOptions options;
    private final SocketAddress localAddress;
    private volatile HttpServerMetrics<Object, Object, Object> current = untyped(NONE);

    /** The state that the metrics of one application keep for a request, a web socket or a connection. */
    record Owned(
            HttpServerMetrics<Object, Object, Object> owner,
            @Nullable Object state) {}

    ReloadableServerMetrics(HttpServerOptions options, SocketAddress localAddress) {
        this.options = options;
        this.localAddress = localAddress;
    }

    /**
     * Replaces the metrics of this server.
     *
     * @param servers creates the metrics of a server; null for a server whose requests are not recorded
     */
    void reload(BiFunction<HttpServerOptions, SocketAddress, ? extends @Nullable HttpServerMetrics<?, ?, ?>> servers) {
        HttpServerMetrics<?, ?, ?> created = servers.apply(options, localAddress);
        current = untyped(created == null ? NONE : created);
    }

    @SuppressWarnings("unchecked") // each state goes back only to the metrics that created it
    private static HttpServerMetrics<Object, Object, Object> untyped(HttpServerMetrics<?, ?, ?> metrics) {
        return (HttpServerMetrics<Object, Object, Object>) metrics;
    }

    /** Returns the state of a connection for these metrics; null if it was opened before the reload. */
    @SuppressWarnings("ReferenceEquality") // each application has its own metrics
    private static @Nullable Object stateFor(
            HttpServerMetrics<Object, Object, Object> metrics, @Nullable Owned connection) {
        return connection != null && connection.owner == metrics ? connection.state : null;
    }

    @Override
    public @Nullable Owned requestBegin(@Nullable Owned connection, HttpRequest request) {
        HttpServerMetrics<Object, Object, Object> metrics = current;
        return new Owned(metrics, metrics.requestBegin(stateFor(metrics, connection), request));
    }

    @Override
    public void requestRouted(@Nullable Owned request, String route) {
        if (request != null) {
            request.owner.requestRouted(request.state, route);
        }
    }

    @Override
    public void requestReset(@Nullable Owned request) {
        if (request != null) {
            request.owner.requestReset(request.state);
        }
    }

    @Override
    public void responseEnd(@Nullable Owned request, HttpResponse response, long bytesWritten) {
        if (request != null) {
            request.owner.responseEnd(request.state, response, bytesWritten);
        }
    }

    @Override
    public @Nullable Owned responsePushed(
            @Nullable Owned connection, HttpMethod method, String uri, HttpResponse response) {
        HttpServerMetrics<Object, Object, Object> metrics = current;
        return new Owned(metrics, metrics.responsePushed(stateFor(metrics, connection), method, uri, response));
    }

    @Override
    public @Nullable Owned connected(@Nullable Owned connection, @Nullable Owned request, ServerWebSocket webSocket) {
        HttpServerMetrics<Object, Object, Object> metrics = request == null ? current : request.owner;
        Object state = request == null ? null : request.state;
        return new Owned(metrics, metrics.connected(stateFor(metrics, connection), state, webSocket));
    }

    @Override
    public void disconnected(@Nullable Owned webSocket) {
        if (webSocket != null) {
            webSocket.owner.disconnected(webSocket.state);
        }
    }

    @Override
    public @Nullable Owned connected(SocketAddress remoteAddress, String remoteName) {
        HttpServerMetrics<Object, Object, Object> metrics = current;
        return new Owned(metrics, metrics.connected(remoteAddress, remoteName));
    }

    @Override
    public void disconnected(@Nullable Owned connection, SocketAddress remoteAddress) {
        if (connection != null) {
            connection.owner.disconnected(connection.state, remoteAddress);
        }
    }

    @Override
    public void bytesRead(@Nullable Owned connection, SocketAddress remoteAddress, long numberOfBytes) {
        HttpServerMetrics<Object, Object, Object> metrics = current;
        metrics.bytesRead(stateFor(metrics, connection), remoteAddress, numberOfBytes);
    }

    @Override
    public void bytesWritten(@Nullable Owned connection, SocketAddress remoteAddress, long numberOfBytes) {
        HttpServerMetrics<Object, Object, Object> metrics = current;
        metrics.bytesWritten(stateFor(metrics, connection), remoteAddress, numberOfBytes);
    }

    @Override
    public void exceptionOccurred(@Nullable Owned connection, SocketAddress remoteAddress, Throwable error) {
        HttpServerMetrics<Object, Object, Object> metrics = current;
        metrics.exceptionOccurred(stateFor(metrics, connection), remoteAddress, error);
    }
}
