package dev.percpu.shard;

import java.util.List;

/**
 * Memory and records of a {@link CellStore} at one time. Records are observations of timers and summaries: a counter adds an amount, so
 * its additions are not counted. Immutable.
 *
 * @param strideBytes address space of a shard in the smallest region: less than planned where the kernel refused a larger one; 0 where
 *     cells are ordinary heap objects
 * @param reservedBytes address space of the shards; 0 where cells are ordinary heap objects
 * @param residentBytes of it, what is backed by memory
 * @param shards one entry per per-CPU shard, by index; empty where there are no per-CPU shards
 * @param sharedRecords observations that went where no per-CPU shard could take them, since the store was opened
 * @param sharedRecordsOfAnyKind the same with additions to counters, where the store knows them
 */
public record ShardStatistics(
        long strideBytes,
        long reservedBytes,
        long residentBytes,
        List<PerShard> shards,
        long sharedRecords,
        long sharedRecordsOfAnyKind) {
    public ShardStatistics {
        shards = List.copyOf(shards);
    }

    /**
     * @param shard index: a {@code cpu_id} or an {@code mm_cid}
     * @param records observations committed in this shard since the store was opened
     * @param restarts critical sections of this shard that the kernel sent back to their start
     */
    public record PerShard(int shard, long records, long restarts) {}
}
