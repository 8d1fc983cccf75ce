package dev.percpu.quarkus.request;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts of what is open now: requests, connections. Several servers with the same labels share one count, where a second gauge of the
 * same name and labels would be ignored by the registry.
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

    /** The count under these labels. */
    LongAdder count(Tags tags) {
        return counts.computeIfAbsent(tags, ignored -> new LongAdder());
    }

    /** The gauge of the count under these labels, registered if it is not there, or no longer. */
    Gauge expose(Tags tags) {
        Gauge held = exposed.get(tags);
        if (held != null) {
            return held;
        }
        int before = removals;
        Gauge gauge = Gauge.builder(name, count(tags), LongAdder::sum)
                .description(description)
                .tags(tags)
                .strongReference(true)
                .register(registry);
        exposed.put(tags, gauge);
        if (removals != before) {
            // It could have been this one, before it was held.
            exposed.remove(tags, gauge);
        }
        return gauge;
    }

    /** Is told of each meter that was removed from the registry, one at a time. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one at a time
    void removed(Meter meter) {
        removals++;
        exposed.values().remove(meter);
    }
}
