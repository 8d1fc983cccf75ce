package dev.percpu.quarkus.request;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

/**
 * The meters that a server holds. Immutable; a server takes new ones when those are removed from the registry.
 *
 * @param generation of {@link RequestMeterFactory} from which on they were registered
 */
record ServerMeterSet(
        int generation,
        @Nullable LongTaskTimer connections,
        @Nullable DistributionSummary bytesRead,
        @Nullable DistributionSummary bytesWritten) {

    /**
     * Registers the meters of a server, its gauges too.
     *
     * @param scheme {@code http} or {@code https}
     */
    static ServerMeterSet register(RequestMeterFactory meters, Tags serverTags, Tags scheme) {
        // Read first: a meter that is removed meanwhile makes the whole outdated.
        int generation = meters.generation();
        meters.expose(meters.activeRequests(), serverTags.and(scheme));
        meters.expose(meters.activeConnections(), serverTags);
        return new ServerMeterSet(
                generation,
                meters.connections(serverTags),
                meters.bytesRead(serverTags),
                meters.bytesWritten(serverTags));
    }

    /** Whether the registry refused any of them, so that it is to be asked again. */
    boolean incomplete() {
        return connections == null || bytesRead == null || bytesWritten == null;
    }
}
