package dev.percpu.shard;

import dev.percpu.binding.RegionMemory;
import java.util.List;

/** A store as on a machine with more CPUs than this one. */
public final class SimulatedHost {
    private static final int CPU_ID = 4;

    private SimulatedHost() {}

    /** A store with a shard for each of so many CPUs; only the shards of this machine's are recorded into. */
    public static CellStore of(int cpus) {
        return CellStore.onShards(new ShardPlan(cpus, CPU_ID));
    }

    /**
     * Has the first so many CPUs record what one of this machine's has recorded. Nobody may record meanwhile.
     *
     * @param busy at most the CPUs of the store
     */
    public static void spread(CellStore store, int busy) {
        ShardedCellStore onShards = (ShardedCellStore) store;
        for (RegionChain chain : List.of(onShards.counters(), onShards.timers(), onShards.summaries())) {
            for (CellRegion region : chain.regions()) {
                spread(region, busy, store.recordedShards().nextSetBit(0));
            }
        }
    }

    private static void spread(CellRegion region, int busy, int source) {
        for (int cpu = 0; cpu < busy; cpu++) {
            if (cpu != source) {
                RegionMemory.copyShard(region.region(), source, cpu, region.end());
            }
        }
    }
}
