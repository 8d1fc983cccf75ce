package dev.percpu.quarkus;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Set;

/**
 * Brings the meters of Micrometer's JVM, system and Netty binders into the form that {@code promtool check metrics} asks for: adds
 * the descriptions that Netty's have not, and leaves out two whose names Prometheus has other meanings for.
 *
 * <p>Only the service does so; the registry itself takes every meter as it is. Stateless.
 */
@Singleton
class ThirdPartyMeterFilter implements MeterFilter {

    /**
     * {@code process_cpu_time_ns_total} is in an abbreviated unit that is not the base unit, {@code system_cpu_count} looks like a part
     * of a histogram. {@code process_cpu_usage}, {@code system_cpu_usage} and {@code GET /api/cpus} say the same.
     */
    private static final Set<String> LEFT_OUT = Set.of("process.cpu.time", "system.cpu.count");

    /** After the comments on Micrometer's {@code NettyMeters}, which do not reach a scrape. */
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
        return LEFT_OUT.contains(id.getName()) ? MeterFilterReply.DENY : MeterFilterReply.NEUTRAL;
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
