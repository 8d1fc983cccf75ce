package dev.percpu.registry;

import dev.percpu.shard.ShardStatistics;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of the shards, worked out at most every {@value #MAX_AGE_MILLIS} ms: they read every cell, and the meters of one scrape
 * ask for them several times. Thread-safe.
 */
public final class ShardReader {

    static final long MAX_AGE_MILLIS = 100;

    private final Supplier<ShardStatistics> source;
    private @Nullable ShardStatistics latest;
    private long latestNanos;

    public ShardReader(Supplier<ShardStatistics> source) {
        this.source = source;
    }

    /** The statistics as they are now. */
    public synchronized ShardStatistics now() {
        ShardStatistics statistics = source.get();
        latest = statistics;
        latestNanos = System.nanoTime();
        return statistics;
    }

    /** The statistics as they were {@value #MAX_AGE_MILLIS} ms ago or later. */
    synchronized ShardStatistics recent() {
        ShardStatistics statistics = latest;
        boolean fresh = System.nanoTime() - latestNanos < TimeUnit.MILLISECONDS.toNanos(MAX_AGE_MILLIS);
        return statistics != null && fresh ? statistics : now();
    }

    /** Critical sections that the kernel sent back to their start, in all shards. */
    public static long restarts(ShardStatistics statistics) {
        return statistics.shards().stream()
                .mapToLong(ShardStatistics.PerShard::restarts)
                .sum();
    }
}
