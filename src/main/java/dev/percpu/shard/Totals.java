package dev.percpu.shard;

/**
 * All cells of a {@link CellStore} added up at one time. Immutable, thread-safe; read through the cells, then closed.
 *
 * <p>A cell that is younger than the snapshot reads as empty.
 */
public abstract sealed class Totals implements AutoCloseable permits NativeTotals, JvmTotals {
    Totals() {}

    /** Lets go of the memory behind the snapshot; it cannot be read any more. Idempotent. */
    @Override
    public abstract void close();
}
