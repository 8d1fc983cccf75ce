package dev.percpu.shard;

import java.util.BitSet;

/**
 * All cells of one registry: behind each handle there is one cell per shard.
 *
 * <p>Thread-safe. Records are plain: an observation made before {@link #totals()} by a thread that synchronises with the reader is in
 * the totals; one that races with it is either wholly in or wholly out.
 */
public abstract sealed class CellStore implements AutoCloseable permits ShardedCellStore, JvmCellStore {
    CellStore() {}

    /** A store on native per-CPU shards. The native library must be there and the mode of the process decided. */
    public static CellStore onShards(ShardPlan plan) {
        return new ShardedCellStore(plan);
    }

    /** A store on JVM atomics, for a process that has no native library. Nothing is lost or torn; recording may allocate. */
    public static CellStore onJvm() {
        return new JvmCellStore(0);
    }

    /**
     * A counter that starts at 0.
     *
     * @throws IllegalStateException after {@link #close()}
     */
    public abstract CounterCell newCounter();

    /**
     * Observations of whole amounts, such as a timer's nanoseconds.
     *
     * @throws IllegalStateException after {@link #close()}
     * @throws IllegalArgumentException if the bounds are floating-point ones
     */
    public abstract LongObservationCell newLongObservation(BucketBounds bounds);

    /**
     * Observations of any amounts, such as a summary's.
     *
     * @throws IllegalStateException after {@link #close()}
     * @throws IllegalArgumentException if the bounds are whole ones
     */
    public abstract DoubleObservationCell newDoubleObservation(BucketBounds bounds);

    /**
     * Takes a cell back whose meter was removed. Whoever still holds the cell may go on recording into it and reading it for as long as
     * they like: only when nobody can reach it any more, and some time has passed, another meter gets its memory.
     *
     * @param cell of this store, not retired before
     */
    public abstract void retire(Cell cell);

    /** Readies the memory of retired cells for others where its time has come. Costs nearly nothing if there is none. */
    public abstract void recycle();

    /** Adds up all cells now. The result does not change any more, and is the calling thread's; close it after use. Never blocks a record. */
    public abstract CellSnapshot totals();

    /**
     * The shards that have a record of any kind, by ascending index: of per-CPU shards, and {@link #sharedShard()}. Reads every cell.
     */
    public abstract BitSet recordedShards();

    /** The index of the shard that takes what no per-CPU shard can: the number of per-CPU shards. */
    public abstract int sharedShard();

    /** Memory and records of this store now. */
    public abstract ShardStatistics statistics();

    /** Ends the making of new cells. Handles that are held keep recording safely, and can still be read. Idempotent. */
    @Override
    public abstract void close();
}
