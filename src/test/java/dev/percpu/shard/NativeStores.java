package dev.percpu.shard;

import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;

/** Native stores for tests, on whatever path this process has. */
public final class NativeStores {
    private NativeStores() {}

    static CellStore open() {
        return withStride(ShardPlan.DEFAULT_STRIDE_BYTES);
    }

    /** With regions of 4,096 cells each, so that few meters need several. */
    public static CellStore ofSmallRegions() {
        return withStride(Layout.MIN_STRIDE_BYTES);
    }

    private static CellStore withStride(long bytes) {
        RseqStatus status = RseqProbe.status();
        return CellStore.onShards(
                new ShardPlan(status.cpus().shardCount(), status.indexedBy().offset(), bytes));
    }
}
