package dev.percpu.shard;

import java.util.List;

/**
 * The memory and the number of records of a {@link CellStore} at one time. Immutable and thread-safe.
 *
 * <p>Records are observations of timers and summaries. Additions to counters are not counted, because their cells store only a sum.
 *
 * @param strideBytes address space of a shard in the smallest region, in bytes. It is less than planned if the kernel refused the planned
 *     size, and 0 for cells on the JVM's heap.
 * @param reservedBytes address space of all shards, in bytes; 0 for cells on the JVM's heap
 * @param residentBytes part of {@code reservedBytes} that is in memory
 * @param shards one entry per per-CPU shard, by index; empty for cells on the JVM's heap
 * @param sharedRecords observations outside of the per-CPU shards since the store was created
 * @param sharedRecordsOfAnyKind {@code sharedRecords}, and additions to counters in the shared shard
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

    /** Returns the number of critical sections that the kernel restarted, in all shards. */
    public long restarts() {
        return shards.stream().mapToLong(PerShard::restarts).sum();
    }

    /**
     * The records and the restarts of one shard.
     *
     * @param shard index of the shard, a {@code cpu_id} or an {@code mm_cid}
     * @param records observations in this shard since the store was created
     * @param restarts critical sections of this shard that the kernel restarted
     */
    public record PerShard(int shard, long records, long restarts) {}
}
