package dev.percpu.request;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.atomic.LongAdder;

/**
 * The meters of all HTTP servers of one process, under the names that Quarkus gives them. Servers ask for theirs once.
 *
 * <p>Thread-safe.
 */
final class RequestMeters {

    private final MeterRegistry registry;
    private final RouteTimers requests;
    private final ActiveCounts activeRequests;
    private final ActiveCounts activeConnections;

    RequestMeters(MeterRegistry registry) {
        this.registry = registry;
        requests = new RouteTimers(registry);
        activeRequests = new ActiveCounts(registry, "http.server.active.requests", "Requests that have not ended yet");
        activeConnections = new ActiveCounts(registry, "http.server.active.connections", "Connections that are open");
    }

    /** The registry's clock, in nanoseconds from an arbitrary origin. */
    long nanoTime() {
        return registry.config().clock().monotonicTime();
    }

    RouteTimers requests() {
        return requests;
    }

    LongAdder activeRequests(Tags tags) {
        return activeRequests.count(tags);
    }

    LongAdder activeConnections(Tags tags) {
        return activeConnections.count(tags);
    }

    LongTaskTimer connections(Tags tags) {
        return LongTaskTimer.builder("http.server.connections")
                .description("How long the open connections have lasted")
                .tags(tags)
                .register(registry);
    }

    DistributionSummary bytesRead(Tags tags) {
        return DistributionSummary.builder("http.server.bytes.read")
                .description("Bytes read from connections, one observation per report of Vert.x")
                .tags(tags)
                .register(registry);
    }

    DistributionSummary bytesWritten(Tags tags) {
        return DistributionSummary.builder("http.server.bytes.written")
                .description("Bytes written to connections, one observation per report of Vert.x")
                .tags(tags)
                .register(registry);
    }

    Counter errors(Tags tags) {
        return Counter.builder("http.server.errors")
                .description("Exceptions on connections, by class")
                .tags(tags)
                .register(registry);
    }

    LongTaskTimer webSockets(Tags tags) {
        return LongTaskTimer.builder("http.server.websocket.connections")
                .description("How long the open web sockets have lasted")
                .tags(tags)
                .register(registry);
    }

    Counter pushes(Tags tags) {
        return Counter.builder("http.server.push")
                .description("Responses pushed to clients")
                .tags(tags)
                .register(registry);
    }
}
