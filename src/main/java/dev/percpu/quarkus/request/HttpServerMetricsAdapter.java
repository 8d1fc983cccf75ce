package dev.percpu.quarkus.request;

import dev.percpu.quarkus.request.route.MethodLabel;
import dev.percpu.quarkus.request.route.UriTimers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.http.Outcome;
import io.vertx.core.Context;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import io.vertx.core.spi.observability.HttpRequest;
import io.vertx.core.spi.observability.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Records what Vert.x tells about one HTTP server: its requests, connections, bytes, errors, web sockets and pushes.
 *
 * <p>Thread-safe: the events of one connection come on its event loop, those of different connections on several.
 */
final class HttpServerMetricsAdapter
        implements HttpServerMetrics<
                @Nullable ActiveRequest,
                @Nullable CompletableFuture<LongTaskTimer.@Nullable Sample>,
                LongTaskTimer.@Nullable Sample> {

    private final RequestMeterFactory meters;
    private final ContributedTags contributed;
    private final RequestSpan span;
    private final Tags serverTags;
    private final Tags schemeTag;
    private final LongAdder activeRequests;
    private final LongAdder activeConnections;
    private volatile ServerMeterSet held;

    /**
     * @param meters the meters of all servers
     * @param serverTags {@code server.port}, if the server has a fixed port
     * @param scheme {@code http} or {@code https}
     */
    HttpServerMetricsAdapter(
            RequestMeterFactory meters, ContributedTags contributed, RequestSpan span, Tags serverTags, String scheme) {
        this.meters = meters;
        this.contributed = contributed;
        this.span = span;
        this.serverTags = serverTags;
        schemeTag = Tags.of("url.scheme", scheme);
        activeRequests = meters.activeRequests().count(serverTags.and(schemeTag));
        activeConnections = meters.activeConnections().count(serverTags);
        held = ServerMeterSet.register(meters, serverTags, schemeTag);
    }

    private ServerMeterSet held() {
        ServerMeterSet now = held;
        if (now.generation() == meters.generation() && !now.incomplete()) {
            return now;
        }
        held = now = ServerMeterSet.register(meters, serverTags, schemeTag);
        return now;
    }

    @Override
    public @Nullable ActiveRequest requestBegin(LongTaskTimer.@Nullable Sample connection, HttpRequest request) {
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
        if (request != null && request.end()) {
            end(request, UriTimers.RESET, Tags.empty());
        }
    }

    @Override
    public void responseEnd(@Nullable ActiveRequest request, HttpResponse response, long bytes) {
        // A pushed response has no request.
        if (request != null && request.end()) {
            Tags further = contributed.isEmpty() ? Tags.empty() : contributed.of(request.request, response);
            end(request, response.statusCode(), further);
        }
    }

    private void end(ActiveRequest request, int status, Tags further) {
        activeRequests.decrement();
        UriTimers timers = request.timers(meters.requests(), status);
        if (timers == null) {
            return;
        }
        MethodLabel method = MethodLabel.of(request.request.method());
        Timer timer = contributed.isEmpty() ? timers.held(method, status) : timers.held(method, status, further);
        long nanos = meters.nanoTime() - request.startNanos;
        Context context = request.request.context();
        if (timer != null) {
            span.record(timer, nanos, context);
            return;
        }
        meters.registrations().run(() -> {
            Timer registered = timers.timer(method, status, further);
            if (registered != null) {
                span.record(registered, nanos, context);
            }
        });
    }

    @Override
    public @Nullable ActiveRequest responsePushed(
            LongTaskTimer.@Nullable Sample connection, HttpMethod method, String uri, HttpResponse response) {
        // What is pushed was matched by no route, so its path has no template.
        Tags tags = Tags.of(
                "method", MethodLabel.of(method).name(),
                "outcome", Outcome.forStatus(response.statusCode()).name(),
                "status", Integer.toString(response.statusCode()),
                "uri", "UNKNOWN");
        meters.registrations().run(() -> increment(meters.pushes(tags)));
        return null;
    }

    private static void increment(@Nullable Counter counter) {
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public LongTaskTimer.@Nullable Sample connected(SocketAddress remoteAddress, String remoteName) {
        activeConnections.increment();
        LongTaskTimer connections = held().connections();
        return connections == null ? null : connections.start();
    }

    @Override
    public void disconnected(LongTaskTimer.@Nullable Sample connection, SocketAddress remoteAddress) {
        activeConnections.decrement();
        if (connection != null) {
            connection.stop();
        }
    }

    @Override
    public void bytesRead(LongTaskTimer.@Nullable Sample connection, SocketAddress remoteAddress, long numberOfBytes) {
        DistributionSummary bytes = held().bytesRead();
        if (bytes != null) {
            bytes.record(numberOfBytes);
        }
    }

    @Override
    public void bytesWritten(
            LongTaskTimer.@Nullable Sample connection, SocketAddress remoteAddress, long numberOfBytes) {
        DistributionSummary bytes = held().bytesWritten();
        if (bytes != null) {
            bytes.record(numberOfBytes);
        }
    }

    @Override
    public void exceptionOccurred(
            LongTaskTimer.@Nullable Sample connection, SocketAddress remoteAddress, Throwable error) {
        Tags tags = serverTags.and("class", error.getClass().getName());
        meters.registrations().run(() -> increment(meters.errors(tags)));
    }

    @Override
    public @Nullable CompletableFuture<LongTaskTimer.@Nullable Sample> connected(
            LongTaskTimer.@Nullable Sample connection, @Nullable ActiveRequest request, ServerWebSocket webSocket) {
        UriTimers timers = request == null ? null : request.timers(meters.requests(), UriTimers.RESET);
        return timers == null ? null : webSocket(timers);
    }

    /** The time of a web socket under this value; it begins as soon as there is a meter for it, which the event loop does not wait for. */
    CompletableFuture<LongTaskTimer.@Nullable Sample> webSocket(UriTimers value) {
        Tags tags = Tags.of("uri", value.uri());
        CompletableFuture<LongTaskTimer.@Nullable Sample> open = new CompletableFuture<>();
        meters.registrations().run(() -> {
            LongTaskTimer webSockets = meters.webSockets(tags);
            open.complete(webSockets == null ? null : webSockets.start());
        });
        return open;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // whether it was stopped, nobody waits for
    public void disconnected(@Nullable CompletableFuture<LongTaskTimer.@Nullable Sample> webSocket) {
        if (webSocket != null) {
            webSocket.thenAccept(open -> {
                if (open != null) {
                    open.stop();
                }
            });
        }
    }
}
