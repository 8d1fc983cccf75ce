package dev.percpu.shard;

import dev.percpu.binding.Region;

/**
 * A cell, or a group of cells, on native shards: at one offset of every shard of a region. Thread-safe.
 *
 * <p>While this object is reachable, no other meter gets its memory. So a caller that uses the offset must keep it reachable until then.
 */
interface CellHandle {
    /** Returns what records into the cells. */
    RecordTarget target();

    /** Returns the region of the cells. */
    default Region region() {
        return target().region();
    }

    /** Returns the offset of the cell or group in every shard, in bytes. */
    long offset();

    /** Returns the generation of the first snapshot that has only values of this cell. */
    int generation();
}
