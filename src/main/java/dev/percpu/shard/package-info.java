/**
 * Cells: memory that every record changes and every scrape sums.
 *
 * <p>A {@link dev.percpu.shard.CellStore} creates cells, on native per-CPU shards or on the JVM's heap. A meter gets its cell at
 * registration and keeps it. Start with {@link dev.percpu.shard.CellStore}, then read {@link dev.percpu.shard.ObservationCell}. {@link
 * dev.percpu.shard.ShardedCellStore} has the native shards.
 *
 * <p>Belongs here: the memory of a cell, how a record changes it, how all cells are summed. Does not belong here: names, tags, time
 * windows, and exposition formats.
 *
 * <p>Imports {@code binding} and {@code settings}.
 */
@NullMarked
package dev.percpu.shard;

import org.jspecify.annotations.NullMarked;
