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
 * A factory of the meters of all HTTP servers of the application, with the names and descriptions that Quarkus uses. A method returns null
 * when the registry rejects the meter.
 *
 * <p>A change of {@link #generation()} means that a meter was removed from the registry. Callers that keep meters must then request them
 * again, because a removed meter records nothing.
 *
 * <p>Thread-safe.
 */
final class RequestMeterFactory {

    private static final String PREFIX = "http.server.";

    private final MeterRegistry registry;
    private final RegistrationBackoff backoff;
    private final RouteTimers requests;
    private final ActiveCounts activeRequests;
    private final ActiveCounts activeConnections;
    private final RegistrationExecutor registrations = new RegistrationExecutor();
    private volatile int generation;

    /** @param staticPaths paths of the application's static resources */
    RequestMeterFactory(MeterRegistry registry, RequestSettings settings, Set<String> staticPaths) {
        this.registry = registry;
        backoff = new RegistrationBackoff(registry.config().clock());
        RouteTimers.Options options = new RouteTimers.Options(
                settings.uris(),
                settings.rootPath(),
                settings.histogram().isPresent(),
                settings.objectives(),
                staticPaths);
        requests = new RouteTimers(registry, options, backoff);
        activeRequests = new ActiveCounts(registry, "http.server.active.requests", "Requests that have not ended yet");
        activeConnections = new ActiveCounts(
                registry, "http.server.active.connections", "Number of opened connections to the HTTP Server");
        registry.config().onMeterRemoved(meter -> {
            if (meter.getId().getName().startsWith(PREFIX)) {
                onMeterRemoved(meter);
            }
        });
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // Micrometer calls removal listeners one at a time
    private void onMeterRemoved(Meter meter) {
        requests.clear();
        activeRequests.onMeterRemoved(meter);
        activeConnections.onMeterRemoved(meter);
        generation++;
    }

    /** Returns a number that changes with each removal of a request meter. */
    int generation() {
        return generation;
    }

    /** Returns the time of the registry's clock, in nanoseconds from an arbitrary origin. */
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

    /** Registers the gauge of a count, unless it is registered already. */
    void expose(ActiveCounts counts, Tags tags) {
        backoff.tryRegister(() -> counts.expose(tags));
    }

    @Nullable
    LongTaskTimer connections(Tags tags) {
        return backoff.tryRegister(() -> LongTaskTimer.builder("http.server.connections")
                .description("The duration of the connections")
                .tags(tags)
                .register(registry));
    }

    @Nullable
    DistributionSummary bytesRead(Tags tags) {
        return backoff.tryRegister(() -> DistributionSummary.builder("http.server.bytes.read")
                .description("Number of bytes received by the server")
                .tags(tags)
                .register(registry));
    }

    @Nullable
    DistributionSummary bytesWritten(Tags tags) {
        return backoff.tryRegister(() -> DistributionSummary.builder("http.server.bytes.written")
                .description("Number of bytes sent by the server")
                .tags(tags)
                .register(registry));
    }

    @Nullable
    Counter errors(Tags tags) {
        return backoff.tryRegister(() -> Counter.builder("http.server.errors")
                .description("Exceptions on connections, by class")
                .tags(tags)
                .register(registry));
    }

    @Nullable
    LongTaskTimer webSockets(Tags tags) {
        return backoff.tryRegister(() -> LongTaskTimer.builder("http.server.websocket.connections")
                .description("Server web socket connection time")
                .tags(tags)
                .register(registry));
    }

    @Nullable
    Counter pushes(Tags tags) {
        return backoff.tryRegister(() -> Counter.builder("http.server.push")
                .description("HTTP server response push counter")
                .tags(tags)
                .register(registry));
    }
}
