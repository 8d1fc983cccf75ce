package dev.percpu.shard;

import dev.percpu.abi.AbiStatus;

/** Native stores for tests, on whatever path this process has. */
final class NativeStores {
    private NativeStores() {}

    static CellStore open() {
        AbiStatus status = AbiStatus.current();
        return CellStore.onShards(
                new ShardPlan(status.cpus().shardCount(), status.indexedBy().offset()));
    }
}
