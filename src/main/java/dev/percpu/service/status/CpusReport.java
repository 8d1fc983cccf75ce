package dev.percpu.service.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.percpu.rseq.IndexedBy;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.shard.ShardStatistics;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The response of {@code GET /api/cpus}. Its names are part of the contract with clients. Immutable.
 *
 * @param indexedBy {@code cpu_id}: each entry is a CPU; {@code mm_cid}: each entry is a shard that any CPU may write to
 */
record CpusReport(String indexedBy, List<Entry> cpus, Shared shared) {

    /**
     * The counts of one CPU, or of one shard where shards are indexed by {@code mm_cid}.
     *
     * @param shard the number of the shard; null, and not in the JSON, where the entry is a CPU
     * @param cpu the number of the CPU; null where the entry is a shard
     * @param numaNode the node of the CPU; null where the entry is a shard or sysfs does not have the node
     * @param online whether the CPU is online; null where the entry is a shard
     * @param records observations of timers and summaries; null without per-CPU shards
     * @param restarts critical sections that the kernel restarted; null without per-CPU shards
     */
    record Entry(
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Integer shard,

            @Nullable Integer cpu,
            @Nullable Integer numaNode,
            @Nullable Boolean online,
            @Nullable Long records,
            @Nullable Long restarts) {}

    /**
     * The counts of the shared shard.
     *
     * @param records observations of timers and summaries in the shared shard; without per-CPU shards, all observations
     */
    record Shared(long records) {}

    /**
     * Returns the report.
     *
     * @param online the CPUs that are online now
     * @param numaNodes returns the NUMA node of a CPU, or null
     */
    static CpusReport of(
            RseqStatus status, ShardStatistics statistics, BitSet online, IntFunction<@Nullable Integer> numaNodes) {
        List<Entry> entries;
        if (status.indexedBy() == IndexedBy.MM_CID) {
            entries = statistics.shards().stream()
                    .map(shard -> new Entry(shard.shard(), null, null, null, shard.records(), shard.restarts()))
                    .toList();
        } else {
            entries = status.cpus().possible().stream()
                    .mapToObj(cpu -> cpu(cpu, statistics, online.get(cpu), numaNodes.apply(cpu)))
                    .toList();
        }
        return new CpusReport(status.indexedBy().toString(), entries, new Shared(statistics.sharedRecords()));
    }

    private static Entry cpu(int cpu, ShardStatistics statistics, boolean online, @Nullable Integer numaNode) {
        if (cpu >= statistics.shards().size()) {
            return new Entry(null, cpu, numaNode, online, null, null);
        }
        ShardStatistics.PerShard shard = statistics.shards().get(cpu);
        return new Entry(null, cpu, numaNode, online, shard.records(), shard.restarts());
    }
}
