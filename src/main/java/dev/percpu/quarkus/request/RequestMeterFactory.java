package dev.percpu.quarkus.request;

import dev.percpu.quarkus.RequestSettings;
import dev.percpu.quarkus.request.route.RegistrationBackoff;
import dev.percpu.quarkus.request.route.RouteTimers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The meters of all HTTP servers of one process, under the names and with the descriptions that Quarkus gives them. Whoever holds one
 * asks anew when the {@link #generation()} has changed: a meter has been removed then, and would record nothing any more. Null is a
 * meter that the registry refuses.
 *
 * <p>Thread-safe.
 */
final class RequestMeterFactory {

    private static final String PREFIX = "http.server.";

    private final MeterRegistry registry;
    private final RegistrationBackoff refusals;
    private final RouteTimers requests;
    private final ActiveCounts activeRequests;
    private final ActiveCounts activeConnections;
    private final RegistrationExecutor registrations = new RegistrationExecutor();
    private volatile int generation;

    /** @param staticPaths of the static resources of the application */
    RequestMeterFactory(MeterRegistry registry, RequestSettings settings, Set<String> staticPaths) {
        this.registry = registry;
        refusals = new RegistrationBackoff(registry.config().clock());
        requests = new RouteTimers(
                registry,
                settings.uris(),
                settings.rootPath(),
                settings.histogram().isPresent(),
                settings.objectives(),
                staticPaths,
                refusals);
        activeRequests = new ActiveCounts(registry, "http.server.active.requests", "Requests that have not ended yet");
        activeConnections = new ActiveCounts(
                registry, "http.server.active.connections", "Number of opened connections to the HTTP Server");
        registry.config().onMeterRemoved(meter -> {
            if (meter.getId().getName().startsWith(PREFIX)) {
                removed(meter);
            }
        });
    }

    @SuppressWarnings(
            "NonAtomicVolatileUpdate") // Micrometer tells removals one at a time; that it changes is what counts
    private void removed(Meter meter) {
        requests.forget();
        activeRequests.removed(meter);
        activeConnections.removed(meter);
        generation++;
    }

    int generation() {
        return generation;
    }

    /** The registry's clock, in nanoseconds from an arbitrary origin. */
    long nanoTime() {
        return registry.config().clock().monotonicTime();
    }

    RouteTimers requests() {
        return requests;
    }

    RegistrationExecutor registrations() {
        return registrations;
    }

    ActiveCounts activeRequests() {
        return activeRequests;
    }

    ActiveCounts activeConnections() {
        return activeConnections;
    }

    /** Sees that the gauge of a count is there, too. */
    void expose(ActiveCounts counts, Tags tags) {
        refusals.orNull(() -> counts.expose(tags));
    }

    @Nullable
    LongTaskTimer connections(Tags tags) {
        return refusals.orNull(() -> LongTaskTimer.builder("http.server.connections")
                .description("The duration of the connections")
                .tags(tags)
                .register(registry));
    }

    @Nullable
    DistributionSummary bytesRead(Tags tags) {
        return refusals.orNull(() -> DistributionSummary.builder("http.server.bytes.read")
                .description("Number of bytes received by the server")
                .tags(tags)
                .register(registry));
    }

    @Nullable
    DistributionSummary bytesWritten(Tags tags) {
        return refusals.orNull(() -> DistributionSummary.builder("http.server.bytes.written")
                .description("Number of bytes sent by the server")
                .tags(tags)
                .register(registry));
    }

    @Nullable
    Counter errors(Tags tags) {
        return refusals.orNull(() -> Counter.builder("http.server.errors")
                .description("Exceptions on connections, by class")
                .tags(tags)
                .register(registry));
    }

    @Nullable
    LongTaskTimer webSockets(Tags tags) {
        return refusals.orNull(() -> LongTaskTimer.builder("http.server.websocket.connections")
                .description("Server web socket connection time")
                .tags(tags)
                .register(registry));
    }

    @Nullable
    Counter pushes(Tags tags) {
        return refusals.orNull(() -> Counter.builder("http.server.push")
                .description("HTTP server response push counter")
                .tags(tags)
                .register(registry));
    }
}
