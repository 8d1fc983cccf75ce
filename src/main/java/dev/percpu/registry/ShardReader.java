package dev.percpu.registry;

import dev.percpu.shard.ShardStatistics;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shard statistics, cached for {@value #MAX_AGE_MILLIS} ms. Computing them reads every cell, and one scrape reads them several times.
 * Thread-safe.
 */
public final class ShardReader {

    static final long MAX_AGE_MILLIS = 100;

    private final Supplier<ShardStatistics> source;
    private @Nullable ShardStatistics latest;
    private long latestNanos;

    /** @param source computes the statistics, for example {@link PerCpuMeterRegistry#statistics} */
    public ShardReader(Supplier<ShardStatistics> source) {
        this.source = source;
    }

    /** Computes the statistics now. */
    public synchronized ShardStatistics now() {
        ShardStatistics statistics = source.get();
        latest = statistics;
        latestNanos = System.nanoTime();
        return statistics;
    }

    /** Returns statistics that are at most {@value #MAX_AGE_MILLIS} ms old. */
    synchronized ShardStatistics recent() {
        ShardStatistics statistics = latest;
        boolean fresh = System.nanoTime() - latestNanos < TimeUnit.MILLISECONDS.toNanos(MAX_AGE_MILLIS);
        return statistics != null && fresh ? statistics : now();
    }

    /** Returns the number of critical sections, in all shards, that the kernel aborted and that started again. */
    public static long restarts(ShardStatistics statistics) {
        return statistics.shards().stream()
                .mapToLong(ShardStatistics.PerShard::restarts)
                .sum();
    }
}
