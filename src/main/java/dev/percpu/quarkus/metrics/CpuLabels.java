package dev.percpu.quarkus.metrics;

import dev.percpu.rseq.IndexedBy;
import dev.percpu.scrape.ShardNaming;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The labels {@code cpu} and {@code numa_node} of shards that are indexed by CPU, else the label {@code shard}. Thread-safe.
 *
 * <p>An unknown NUMA node is an empty label, which Prometheus treats as a missing one.
 */
final class CpuLabels implements ShardNaming {
    private static final String SHARED = "shared";

    private final boolean byCpu;
    private final IntFunction<@Nullable Integer> numaNodes;

    /** Labels by shard, cached because the NUMA node of a CPU does not change. */
    private final Map<Integer, Labels> cache = new ConcurrentHashMap<>();

    /**
     * @param numaNodes returns the node of a CPU, or null if it is unknown
     */
    CpuLabels(IndexedBy indexedBy, IntFunction<@Nullable Integer> numaNodes) {
        this.byCpu = indexedBy == IndexedBy.CPU_ID;
        this.numaNodes = numaNodes;
    }

    @Override
    public Labels of(int shard) {
        return cache.computeIfAbsent(shard, this::labels);
    }

    private Labels labels(int shard) {
        if (!byCpu) {
            return Labels.of("shard", Integer.toString(shard));
        }
        Integer node = numaNodes.apply(shard);
        return Labels.of("cpu", Integer.toString(shard), "numa_node", node == null ? "" : node.toString());
    }

    @Override
    public Labels shared() {
        return byCpu ? Labels.of("cpu", SHARED, "numa_node", "") : Labels.of("shard", SHARED);
    }

    @Override
    public String helpSuffix() {
        return byCpu ? "" : " (by shard: the mm_cid of the recording thread, not its CPU)";
    }
}
