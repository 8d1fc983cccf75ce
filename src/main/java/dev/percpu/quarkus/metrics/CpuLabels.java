package dev.percpu.quarkus.metrics;

import dev.percpu.rseq.IndexedBy;
import dev.percpu.scrape.ShardNaming;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Shards by the CPU and the NUMA node that they belong to; where they belong to none, by their index, and the help of every metric says so.
 * A node that the system does not tell is empty, which to Prometheus is no label at all. Thread-safe.
 */
final class CpuLabels implements ShardNaming {
    private static final String SHARED = "shared";

    private final boolean byCpu;
    private final IntFunction<@Nullable Integer> numaNodes;

    /** A CPU stays in its node. */
    private final Map<Integer, Labels> known = new ConcurrentHashMap<>();

    /**
     * @param numaNodes the node of a CPU, or null
     */
    CpuLabels(IndexedBy indexedBy, IntFunction<@Nullable Integer> numaNodes) {
        this.byCpu = indexedBy == IndexedBy.CPU_ID;
        this.numaNodes = numaNodes;
    }

    @Override
    public Labels of(int shard) {
        return known.computeIfAbsent(shard, this::labels);
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
    public String remark() {
        return byCpu ? "" : " (by shard: the mm_cid of the thread that recorded, which is no CPU)";
    }
}
