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
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import io.vertx.core.spi.observability.HttpRequest;
import io.vertx.core.spi.observability.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * An adapter that records the Vert.x events of one HTTP server to Micrometer meters. The events are about requests, connections, bytes,
 * errors, web sockets and pushed responses.
 *
 * <p>Thread-safe. Vert.x reports the events of one connection on one event loop. Different connections may have different event loops.
 */
final class HttpServerMetricsAdapter
        implements HttpServerMetrics<
                @Nullable ActiveRequest,
                @Nullable CompletableFuture<LongTaskTimer.@Nullable Sample>,
                LongTaskTimer.@Nullable Sample> {

    private final RequestMeterFactory meters;
    private final ContributedTags contributed;
    private final RequestSpan span;
    private final boolean hasRootPath;
    private final Tags serverTags;
    private final Tags schemeTag;
    private final LongAdder activeRequests;
    private final LongAdder activeConnections;
    private volatile ServerMeterSet serverMeters;

    /** The parts that all servers of the application share. */
    record ApplicationMetrics(RequestMeterFactory meters, ContributedTags contributed, RequestSpan span) {}

    /**
     * @param serverTags {@code server.port} if the server has a configured port, else empty
     * @param scheme {@code http} or {@code https}
     * @param hasRootPath whether the application is below a path, so that requests to others reach none of its handlers
     */
    HttpServerMetricsAdapter(ApplicationMetrics application, Tags serverTags, String scheme, boolean hasRootPath) {
        meters = application.meters;
        contributed = application.contributed;
        span = application.span;
        this.hasRootPath = hasRootPath;
        this.serverTags = serverTags;
        schemeTag = Tags.of("url.scheme", scheme);
        activeRequests = meters.activeRequests().count(serverTags.and(schemeTag));
        activeConnections = meters.activeConnections().count(serverTags);
        serverMeters = ServerMeterSet.register(meters, serverTags, schemeTag);
    }

    /** Returns the meters of this server, registered again if one was removed or could not be registered. */
    private ServerMeterSet serverMeters() {
        ServerMeterSet current = serverMeters;
        if (current.generation == meters.generation() && current.isComplete()) {
            return current;
        }
        current = ServerMeterSet.register(meters, serverTags, schemeTag);
        serverMeters = current;
        return current;
    }

    @Override
    public @Nullable ActiveRequest requestBegin(LongTaskTimer.@Nullable Sample connection, HttpRequest request) {
        activeRequests.increment();
        HttpServerRequestInternal vertxRequest = (HttpServerRequestInternal) request;
        if (hasRootPath) {
            ConnectionLimits.limit(vertxRequest);
        }
        return new ActiveRequest(vertxRequest, meters.nanoTime());
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
            activeRequests.decrement();
            record(request, UriTimers.RESET, Tags.empty());
        }
    }

    @Override
    public void responseEnd(@Nullable ActiveRequest request, HttpResponse response, long bytes) {
        // The request of a pushed response is null.
        if (request != null && request.end()) {
            activeRequests.decrement();
            Tags contributedTags = contributed.isEmpty() ? Tags.empty() : contributed.of(request.request, response);
            record(request, isUnanswered(request) ? UriTimers.RESET : response.statusCode(), contributedTags);
        }
    }

    /** Returns whether the client had closed the connection before the response was written. */
    private static boolean isUnanswered(ActiveRequest request) {
        return request.request.connection() instanceof ConnectionBase connection
                && PipeliningLimit.isUnanswered(connection.channel());
    }

    private void record(ActiveRequest request, int status, Tags contributedTags) {
        UriTimers timers = request.timers(meters.requests(), status);
        if (timers == null) {
            return;
        }
        MethodLabel method = MethodLabel.of(request.request.method());
        Timer timer =
                contributed.isEmpty() ? timers.find(method, status) : timers.find(method, status, contributedTags);
        long nanos = meters.nanoTime() - request.startNanos;
        Context context = request.request.context();
        if (timer != null) {
            span.record(timer, nanos, context);
            return;
        }
        meters.registrations().run(() -> {
            Timer registered = timers.findOrRegister(method, status, contributedTags);
            if (registered != null) {
                span.record(registered, nanos, context);
            }
        });
    }

    @Override
    public @Nullable ActiveRequest responsePushed(
            LongTaskTimer.@Nullable Sample connection, HttpMethod method, String uri, HttpResponse response) {
        // No route matched the pushed path, so it has no template.
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
        LongTaskTimer connections = serverMeters().connections();
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
        DistributionSummary bytes = serverMeters().bytesRead();
        if (bytes != null) {
            bytes.record(numberOfBytes);
        }
    }

    @Override
    public void bytesWritten(
            LongTaskTimer.@Nullable Sample connection, SocketAddress remoteAddress, long numberOfBytes) {
        DistributionSummary bytes = serverMeters().bytesWritten();
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
        return timers == null ? null : startWebSocket(timers);
    }

    /** Starts the timing of a web socket on the registration thread, as soon as its meter is registered. */
    CompletableFuture<LongTaskTimer.@Nullable Sample> startWebSocket(UriTimers timers) {
        Tags tags = Tags.of("uri", timers.uri());
        CompletableFuture<LongTaskTimer.@Nullable Sample> started = new CompletableFuture<>();
        meters.registrations().run(() -> {
            LongTaskTimer webSockets = meters.webSockets(tags);
            started.complete(webSockets == null ? null : webSockets.start());
        });
        return started;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // no caller waits until the sample is stopped
    public void disconnected(@Nullable CompletableFuture<LongTaskTimer.@Nullable Sample> webSocket) {
        if (webSocket != null) {
            webSocket.thenAccept(sample -> {
                if (sample != null) {
                    sample.stop();
                }
            });
        }
    }

    /**
     * The meters of one server. Immutable.
     *
     * @param generation {@link RequestMeterFactory#generation()} before the meters were registered
     */
    private record ServerMeterSet(
            int generation,
            @Nullable LongTaskTimer connections,
            @Nullable DistributionSummary bytesRead,
            @Nullable DistributionSummary bytesWritten) {

        /** Registers the meters of a server, and its gauges. */
        static ServerMeterSet register(RequestMeterFactory meters, Tags serverTags, Tags schemeTag) {
            // Read first: the removal of a meter during the registration then makes this set outdated.
            int generation = meters.generation();
            meters.expose(meters.activeRequests(), serverTags.and(schemeTag));
            meters.expose(meters.activeConnections(), serverTags);
            return new ServerMeterSet(
                    generation,
                    meters.connections(serverTags),
                    meters.bytesRead(serverTags),
                    meters.bytesWritten(serverTags));
        }

        /** Returns whether the registry accepted all meters. */
        boolean isComplete() {
            return connections != null && bytesRead != null && bytesWritten != null;
        }
    }
}
