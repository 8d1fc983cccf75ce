package dev.percpu.shard;

/**
 * The sums of all cells of a {@link CellStore} at one time. It is read through the cells: {@link CounterCell#sum(CellSnapshot)}.
 *
 * <p>A cell that is newer than the snapshot reads as empty.
 *
 * <p>Not thread-safe: only the thread that made a snapshot may read and close it. Closing memory that several threads may read takes a
 * handshake with all threads.
 */
public abstract class CellSnapshot implements AutoCloseable {
    CellSnapshot() {}

    /** Returns the part of this snapshot with the cells on the JVM's heap. */
    abstract CellSnapshot heapPart();

    /** Frees the memory of the snapshot. It cannot be read afterwards. Idempotent. */
    @Override
    public abstract void close();
}
