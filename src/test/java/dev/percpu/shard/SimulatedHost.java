package dev.percpu.shard;

import dev.percpu.binding.RegionMemory;

/** A simulation of a machine with more CPUs than this one. */
public final class SimulatedHost {
    private static final int CPU_ID = 4;

    private SimulatedHost() {}

    /** Returns a store with a shard for each simulated CPU. Records go to the shards of the real CPUs only. */
    public static CellStore of(int cpus) {
        return new ShardedCellStore(new ShardPlan(cpus, CPU_ID));
    }

    /**
     * Copies the records of one real CPU to other CPUs. No thread may record during the call.
     *
     * @param busy number of CPUs with records afterwards, at most the CPUs of the store
     */
    public static void spread(CellStore store, int busy) {
        for (RegionChain chain : ((ShardedCellStore) store).chains()) {
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
