package dev.percpu.request;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Gauges of what is open now: requests, connections. Several servers with the same labels share one count, where a second gauge of the
 * same name and labels would be ignored by the registry.
 *
 * <p>Thread-safe.
 */
final class ActiveCounts {

    private final MeterRegistry registry;
    private final String name;
    private final String description;
    private final ConcurrentHashMap<Tags, LongAdder> counts = new ConcurrentHashMap<>();

    ActiveCounts(MeterRegistry registry, String name, String description) {
        this.registry = registry;
        this.name = name;
        this.description = description;
    }

    /** The count under these labels, registered as a gauge when first asked for. */
    LongAdder count(Tags tags) {
        return counts.computeIfAbsent(tags, this::register);
    }

    private LongAdder register(Tags tags) {
        LongAdder count = new LongAdder();
        Gauge.builder(name, count, LongAdder::sum)
                .description(description)
                .tags(tags)
                .strongReference(true)
                .register(registry);
        return count;
    }
}
