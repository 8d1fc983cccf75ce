package dev.percpu.service;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Set;

/**
 * A filter that makes the meters of Micrometer's binders pass {@code promtool check metrics}. It adds missing descriptions to Netty's
 * meters. It denies two meters whose names promtool rejects, and two that {@link StandardMetrics} has, too.
 *
 * <p>Used by this microservice only. The registry accepts these meters unchanged. Stateless and thread-safe.
 */
@Singleton
class ThirdPartyMeterFilter implements MeterFilter {

    /**
     * Denied meters. {@code process_cpu_time_ns_total} has a unit that is not a base unit. {@code system_cpu_count} has the suffix of a
     * histogram. {@code process_cpu_seconds_total} and {@code GET /api/cpus} report the same facts. {@code process_start_time_seconds} would
     * be there twice. {@code jvm.info} would be {@code jvm_total}.
     */
    private static final Set<String> DENIED =
            Set.of("jvm.info", "process.cpu.time", "process.start.time", "system.cpu.count");

    /** Descriptions by meter name, from the comments in Micrometer's {@code NettyMeters}. */
    private static final Map<String, String> DESCRIPTIONS = Map.of(
            "netty.allocator.memory.used", "Bytes that the allocator uses",
            "netty.allocator.memory.pinned", "Bytes of the allocator that buffers in use hold",
            "netty.allocator.pooled.arenas", "Arenas of a pooled allocator",
            "netty.allocator.pooled.cache.size", "Entries that the caches of a pooled allocator may hold",
            "netty.allocator.pooled.threadlocal.caches", "Thread-local caches of a pooled allocator",
            "netty.allocator.pooled.chunk.size", "Bytes of a chunk of a pooled allocator",
            "netty.eventexecutor.tasks.pending", "Tasks that wait for an event executor");

    @Override
    public MeterFilterReply accept(Meter.Id id) {
        return DENIED.contains(id.getName()) ? MeterFilterReply.DENY : MeterFilterReply.NEUTRAL;
    }

    @Override
    public Meter.Id map(Meter.Id id) {
        String description = DESCRIPTIONS.get(id.getName());
        if (description == null || id.getDescription() != null) {
            return id;
        }
        return new Meter.Id(id.getName(), Tags.of(id.getTagsAsIterable()), id.getBaseUnit(), description, id.getType());
    }
}
