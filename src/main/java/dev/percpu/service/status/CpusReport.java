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
 * The answer of {@code GET /api/cpus}; names and meaning are relied on outside.
 *
 * @param indexedBy {@code cpu_id}: an entry is a CPU; {@code mm_cid}: an entry is a shard, and no CPU in particular
 */
record CpusReport(String indexedBy, List<Entry> cpus, Shared shared) {

    /**
     * @param shard the index of the shard, where it is not that of a CPU
     * @param cpu null where a shard is no CPU's
     * @param numaNode null also where the system does not tell
     * @param online whether the CPU runs now; null where a shard is no CPU's
     * @param records observations of timers and summaries; null without per-CPU shards
     * @param restarts critical sections that began again; null without per-CPU shards
     */
    record Entry(
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Integer shard,

            @Nullable Integer cpu,
            @Nullable Integer numaNode,
            @Nullable Boolean online,
            @Nullable Long records,
            @Nullable Long restarts) {}

    /** @param records observations that no CPU's shard could take; without shards, all */
    record Shared(long records) {}

    /**
     * @param online the CPUs that run now
     * @param numaNodes the node of a CPU, or null
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
