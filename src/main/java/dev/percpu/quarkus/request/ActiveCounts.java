package dev.percpu.quarkus.request;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The number of requests, or of connections, that are open now, as gauges. Servers with the same labels share one count, because a registry
 * ignores a second gauge of the same name and labels.
 *
 * <p>Thread-safe.
 */
final class ActiveCounts {

    private final MeterRegistry registry;
    private final String name;
    private final String description;
    private final ConcurrentHashMap<Tags, LongAdder> counts = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Tags, Gauge> exposed = new ConcurrentHashMap<>();
    private volatile int removals;

    ActiveCounts(MeterRegistry registry, String name, String description) {
        this.registry = registry;
        this.name = name;
        this.description = description;
    }

    /** Returns the count with these labels. */
    LongAdder count(Tags tags) {
        return counts.computeIfAbsent(tags, ignored -> new LongAdder());
    }

    /** Returns the gauge of the count with these labels, and registers it unless it is registered already. */
    Gauge expose(Tags tags) {
        Gauge registered = exposed.get(tags);
        if (registered != null) {
            return registered;
        }
        int removalsBefore = removals;
        Gauge gauge = Gauge.builder(name, count(tags), LongAdder::sum)
                .description(description)
                .tags(tags)
                .strongReference(true)
                .register(registry);
        exposed.put(tags, gauge);
        if (removals != removalsBefore) {
            // The removed meter may have been this gauge, before it was in the map.
            exposed.remove(tags, gauge);
        }
        return gauge;
    }

    /** Handles the removal of any meter from the registry. Calls must not overlap. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // calls do not overlap
    void onMeterRemoved(Meter meter) {
        removals++;
        exposed.values().remove(meter);
    }
}
