package dev.percpu.shard;

import org.jspecify.annotations.Nullable;

/**
 * The memory of one meter: a {@link CounterCell} or an {@link ObservationCell}. Thread-safe.
 *
 * <p>On native shards it is one cell, or one group of cells, at the same offset of every shard.
 */
public abstract class Cell {
    /** Only classes of this package may be cells. */
    Cell() {}

    /** Returns this cell; null for a cell on the JVM's heap. */
    final @Nullable CellHandle handle() {
        return this instanceof CellHandle handle ? handle : null;
    }

    /** Returns what records into this cell; null for a cell on the JVM's heap. */
    public @Nullable RecordTarget target() {
        return null;
    }

    /** Returns the offset of the cell in every shard, in bytes; 0 for a cell on the JVM's heap. */
    public long offset() {
        return 0;
    }

    /** Returns the number of buckets of the group; 0 for a single cell. */
    abstract int buckets();
}
