package dev.percpu.shard;

import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;

/** Cell stores on native shards, in the mode of this process. */
public final class NativeStores {
    private NativeStores() {}

    static CellStore open() {
        return withStride(ShardPlan.DEFAULT_STRIDE_BYTES);
    }

    /** Returns a store with regions of 4,096 cells, so that a few thousand meters need several regions. */
    public static CellStore ofSmallRegions() {
        return withStride(Layout.MIN_STRIDE_BYTES);
    }

    private static CellStore withStride(long bytes) {
        RseqStatus status = RseqProbe.status();
        return new ShardedCellStore(
                new ShardPlan(status.cpus().shardCount(), status.indexedBy().offset(), bytes));
    }
}
