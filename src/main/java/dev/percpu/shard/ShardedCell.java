package dev.percpu.shard;

import dev.percpu.binding.CellHandle;

/** A cell, or a group of cells, in native shards. */
sealed interface ShardedCell permits ShardedCounterCell, ShardedLongObservationCell, ShardedDoubleObservationCell {
    /** Where it is. */
    CellHandle point();

    /** How many buckets the group has; 0 for a single cell without a maximum. */
    int buckets();
}
