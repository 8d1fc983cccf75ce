package dev.percpu.shard;

import java.util.BitSet;

/**
 * The cells of one registry. Thread-safe.
 *
 * <p>A snapshot has an observation either completely or not at all. It has every observation of a thread that synchronised with the reader
 * before {@link #snapshot()}.
 */
public interface CellStore extends AutoCloseable {
    /**
     * Creates a counter with a sum of 0.
     *
     * @throws IllegalStateException after {@link #close()}
     */
    CounterCell newCounter();

    /**
     * Creates a cell for observations that are longs, such as the nanoseconds of a timer.
     *
     * @throws IllegalStateException after {@link #close()}
     * @throws IllegalArgumentException if the bounds are doubles
     */
    ObservationCell newLongObservation(BucketBounds bounds);

    /**
     * Creates a cell for observations that are doubles, such as the amounts of a distribution summary.
     *
     * @throws IllegalStateException after {@link #close()}
     * @throws IllegalArgumentException if the bounds are longs
     */
    ObservationCell newDoubleObservation(BucketBounds bounds);

    /**
     * Retires the cell of a removed meter. Threads that still hold the cell may record into it and read it without limit. Another meter
     * gets its memory only after it is unreachable and a quarantine is over.
     *
     * @param cell cell of this store, not retired before
     * @throws IllegalArgumentException if the cell is on the native shards of another store
     */
    void retire(Cell cell);

    /** Clears the memory of retired cells that is ready for reuse. Returns at once if there is none. */
    void recycle();

    /** Sums all cells now. The caller must close the result. Records are never blocked. */
    CellSnapshot snapshot();

    /** Returns the indexes of the shards with a record of any kind, {@link #sharedShard()} included. Reads every cell. */
    BitSet recordedShards();

    /** Returns the index of the shared shard, which is the number of per-CPU shards. */
    int sharedShard();

    /** Returns the memory and the number of records of this store now. */
    ShardStatistics statistics();

    /** Stops the creation of cells. Existing cells can be recorded into and read without limit. Idempotent. */
    @Override
    void close();
}
