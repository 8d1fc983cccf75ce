package dev.percpu.shard;

/**
 * All cells of a {@link CellStore} added up at one time. Read through the cells, then closed, all by the thread that made it:
 * closing memory that several threads may read stops them all, which takes longer than to add up 20,000 cells.
 *
 * <p>A cell that is younger than the snapshot reads as empty.
 */
public abstract sealed class CellSnapshot implements AutoCloseable permits ShardedSnapshot, JvmSnapshot {
    CellSnapshot() {}

    /** Lets go of the memory behind the snapshot; it cannot be read any more. Idempotent. */
    @Override
    public abstract void close();
}
