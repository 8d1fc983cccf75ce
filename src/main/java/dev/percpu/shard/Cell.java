package dev.percpu.shard;

import dev.percpu.binding.CellHandle;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one meter: a {@link CounterCell} or an {@link ObservationCell}. Thread-safe.
 *
 * <p>On native shards it is one cell, or one group of cells, at the same offset of every shard.
 */
public abstract class Cell {
    /** Only classes of this package may be cells. */
    Cell() {}

    /** Returns the native address of the cell; null for a cell on the JVM's heap. */
    abstract @Nullable CellHandle handle();

    /**
     * Reads the address of the cell. A caller that is about to record into many cells overlaps the cache misses of their objects by this.
     *
     * @return a number without meaning, so that the JIT compiler keeps the reads
     */
    public final long touch() {
        CellHandle handle = handle();
        return handle == null ? 0 : handle.offset();
    }

    /** Returns the number of buckets of the group; 0 for a single cell without a maximum. */
    abstract int buckets();
}
