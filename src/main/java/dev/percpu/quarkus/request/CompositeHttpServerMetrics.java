package dev.percpu.quarkus.request;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import io.vertx.core.spi.observability.HttpRequest;
import io.vertx.core.spi.observability.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of one HTTP server that pass each event to two other metrics, in order. A {@link Pair} carries the state that each of them keeps
 * for a request, a web socket or a connection.
 *
 * <p>Thread-safe if both are.
 *
 * @param <R1> state of the first metrics for a request; {@code W1} for a web socket, {@code S1} for a connection
 * @param <R2> state of the second metrics for a request; {@code W2} for a web socket, {@code S2} for a connection
 */
final class CompositeHttpServerMetrics<R1, W1, S1, R2, W2, S2>
        implements HttpServerMetrics<
                CompositeHttpServerMetrics.Pair<R1, R2>,
                CompositeHttpServerMetrics.Pair<W1, W2>,
                CompositeHttpServerMetrics.Pair<S1, S2>> {

    private final HttpServerMetrics<R1, W1, S1> first;
    private final HttpServerMetrics<R2, W2, S2> second;

    /** The states of both metrics for the same request, web socket or connection. */
    record Pair<A, B>(@Nullable A first, @Nullable B second) {}

    CompositeHttpServerMetrics(HttpServerMetrics<R1, W1, S1> first, HttpServerMetrics<R2, W2, S2> second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public Pair<R1, R2> requestBegin(@Nullable Pair<S1, S2> connection, HttpRequest request) {
        return new Pair<>(
                first.requestBegin(first(connection), request), second.requestBegin(second(connection), request));
    }

    @Override
    public void requestEnd(@Nullable Pair<R1, R2> pair, HttpRequest request, long bytesRead) {
        first.requestEnd(first(pair), request, bytesRead);
        second.requestEnd(second(pair), request, bytesRead);
    }

    @Override
    public void requestReset(@Nullable Pair<R1, R2> pair) {
        first.requestReset(first(pair));
        second.requestReset(second(pair));
    }

    @Override
    public void responseBegin(@Nullable Pair<R1, R2> pair, HttpResponse response) {
        first.responseBegin(first(pair), response);
        second.responseBegin(second(pair), response);
    }

    @Override
    public Pair<R1, R2> responsePushed(
            @Nullable Pair<S1, S2> connection, HttpMethod method, String uri, HttpResponse response) {
        R1 pushed;
        try {
            pushed = first.responsePushed(first(connection), method, uri, response);
        } catch (RuntimeException e) {
            // Quarkus' binder throws here: it reads the method of the request, and a pushed response has no request.
            second.responsePushed(second(connection), method, uri, response);
            throw e;
        }
        return new Pair<>(pushed, second.responsePushed(second(connection), method, uri, response));
    }

    @Override
    public void responseEnd(@Nullable Pair<R1, R2> pair, HttpResponse response, long bytesWritten) {
        first.responseEnd(first(pair), response, bytesWritten);
        second.responseEnd(second(pair), response, bytesWritten);
    }

    @Override
    public void requestRouted(@Nullable Pair<R1, R2> pair, String route) {
        first.requestRouted(first(pair), route);
        second.requestRouted(second(pair), route);
    }

    @Override
    public Pair<W1, W2> connected(
            @Nullable Pair<S1, S2> connection, @Nullable Pair<R1, R2> request, ServerWebSocket webSocket) {
        return new Pair<>(
                first.connected(first(connection), first(request), webSocket),
                second.connected(second(connection), second(request), webSocket));
    }

    @Override
    public void disconnected(@Nullable Pair<W1, W2> pair) {
        first.disconnected(first(pair));
        second.disconnected(second(pair));
    }

    @Override
    public Pair<S1, S2> connected(SocketAddress remoteAddress, String remoteName) {
        return new Pair<>(first.connected(remoteAddress, remoteName), second.connected(remoteAddress, remoteName));
    }

    @Override
    public void disconnected(@Nullable Pair<S1, S2> pair, SocketAddress remoteAddress) {
        first.disconnected(first(pair), remoteAddress);
        second.disconnected(second(pair), remoteAddress);
    }

    @Override
    public void bytesRead(@Nullable Pair<S1, S2> pair, SocketAddress remoteAddress, long numberOfBytes) {
        first.bytesRead(first(pair), remoteAddress, numberOfBytes);
        second.bytesRead(second(pair), remoteAddress, numberOfBytes);
    }

    @Override
    public void bytesWritten(@Nullable Pair<S1, S2> pair, SocketAddress remoteAddress, long numberOfBytes) {
        first.bytesWritten(first(pair), remoteAddress, numberOfBytes);
        second.bytesWritten(second(pair), remoteAddress, numberOfBytes);
    }

    @Override
    public void exceptionOccurred(@Nullable Pair<S1, S2> pair, SocketAddress remoteAddress, Throwable error) {
        first.exceptionOccurred(first(pair), remoteAddress, error);
        second.exceptionOccurred(second(pair), remoteAddress, error);
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }

    // Vert.x passes null for a request or connection that it has not reported yet, as with an exception
    // during a connect.
    private static <A> @Nullable A first(@Nullable Pair<A, ?> pair) {
        return pair == null ? null : pair.first;
    }

    private static <B> @Nullable B second(@Nullable Pair<?, B> pair) {
        return pair == null ? null : pair.second;
    }
}
