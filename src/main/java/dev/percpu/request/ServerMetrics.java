package dev.percpu.request;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.http.Outcome;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import io.vertx.core.spi.observability.HttpRequest;
import io.vertx.core.spi.observability.HttpResponse;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Records what Vert.x tells about one HTTP server: its requests, connections, bytes, errors, web sockets and pushes.
 *
 * <p>Thread-safe: the events of one connection come on its event loop, those of different connections on several.
 */
final class ServerMetrics
        implements HttpServerMetrics<@Nullable ActiveRequest, LongTaskTimer.Sample, LongTaskTimer.Sample> {

    private final RequestMeters meters;
    private final Tags serverTags;
    private final LongAdder activeRequests;
    private final LongAdder activeConnections;
    private final LongTaskTimer connections;
    private final DistributionSummary bytesRead;
    private final DistributionSummary bytesWritten;

    /**
     * @param meters the meters of all servers
     * @param serverTags {@code server.port}, if the server has a fixed port
     * @param scheme {@code http} or {@code https}
     */
    ServerMetrics(RequestMeters meters, Tags serverTags, String scheme) {
        this.meters = meters;
        this.serverTags = serverTags;
        activeRequests = meters.activeRequests(serverTags.and("url.scheme", scheme));
        activeConnections = meters.activeConnections(serverTags);
        connections = meters.connections(serverTags);
        bytesRead = meters.bytesRead(serverTags);
        bytesWritten = meters.bytesWritten(serverTags);
    }

    @Override
    public @Nullable ActiveRequest requestBegin(LongTaskTimer.Sample connection, HttpRequest request) {
        activeRequests.increment();
        return new ActiveRequest((HttpServerRequestInternal) request, meters.nanoTime());
    }

    @Override
    public void requestRouted(@Nullable ActiveRequest request, @Nullable String route) {
        if (request != null && route != null) {
            request.routed(route);
        }
    }

    @Override
    public void requestReset(@Nullable ActiveRequest request) {
        end(request, UriTimers.RESET);
    }

    @Override
    public void responseEnd(@Nullable ActiveRequest request, HttpResponse response, long bytes) {
        end(request, response.statusCode());
    }

    private void end(@Nullable ActiveRequest request, int status) {
        // A pushed response has no request.
        if (request == null || !request.end()) {
            return;
        }
        activeRequests.decrement();
        request.timers(meters.requests(), status)
                .timer(MethodLabel.of(request.request.method()), status)
                .record(meters.nanoTime() - request.startNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public @Nullable ActiveRequest responsePushed(
            LongTaskTimer.Sample connection, HttpMethod method, String uri, HttpResponse response) {
        // What is pushed was matched by no route, so its path has no template.
        Counter pushes = meters.pushes(Tags.of(
                "method", MethodLabel.of(method).name(),
                "outcome", Outcome.forStatus(response.statusCode()).name(),
                "status", Integer.toString(response.statusCode()),
                "uri", "UNKNOWN"));
        pushes.increment();
        return null;
    }

    @Override
    public LongTaskTimer.Sample connected(SocketAddress remoteAddress, String remoteName) {
        activeConnections.increment();
        return connections.start();
    }

    @Override
    public void disconnected(LongTaskTimer.@Nullable Sample connection, SocketAddress remoteAddress) {
        activeConnections.decrement();
        if (connection != null) {
            connection.stop();
        }
    }

    @Override
    public void bytesRead(LongTaskTimer.Sample connection, SocketAddress remoteAddress, long numberOfBytes) {
        bytesRead.record(numberOfBytes);
    }

    @Override
    public void bytesWritten(LongTaskTimer.Sample connection, SocketAddress remoteAddress, long numberOfBytes) {
        bytesWritten.record(numberOfBytes);
    }

    @Override
    public void exceptionOccurred(LongTaskTimer.Sample connection, SocketAddress remoteAddress, Throwable error) {
        meters.errors(serverTags.and("class", error.getClass().getName())).increment();
    }

    @Override
    public LongTaskTimer.@Nullable Sample connected(
            LongTaskTimer.Sample connection, @Nullable ActiveRequest request, ServerWebSocket webSocket) {
        if (request == null) {
            return null;
        }
        String uri = request.timers(meters.requests(), UriTimers.RESET).uri();
        return meters.webSockets(Tags.of("uri", uri)).start();
    }

    @Override
    public void disconnected(LongTaskTimer.@Nullable Sample webSocket) {
        if (webSocket != null) {
            webSocket.stop();
        }
    }
}
