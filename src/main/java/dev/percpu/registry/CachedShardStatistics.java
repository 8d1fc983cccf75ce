package dev.percpu.registry;

import dev.percpu.shard.ShardStatistics;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shard statistics, cached for {@value #MAX_AGE_MILLIS} ms. Computing them reads every cell, and one scrape reads them
 * several times. Thread-safe.
 */
final class CachedShardStatistics {

    static final long MAX_AGE_MILLIS = 100;

    private final Supplier<ShardStatistics> source;
    private @Nullable ShardStatistics latest;
    private long latestNanos;

    /** @param source computes the statistics, for example {@link PerCpuMeterRegistry#statistics} */
    CachedShardStatistics(Supplier<ShardStatistics> source) {
        this.source = source;
    }

    /** Returns statistics that are at most {@value #MAX_AGE_MILLIS} ms old. */
    synchronized ShardStatistics recent() {
        ShardStatistics statistics = latest;
        boolean fresh = System.nanoTime() - latestNanos < TimeUnit.MILLISECONDS.toNanos(MAX_AGE_MILLIS);
        if (statistics == null || !fresh) {
            statistics = source.get();
            latest = statistics;
            latestNanos = System.nanoTime();
        }
        return statistics;
    }
}
