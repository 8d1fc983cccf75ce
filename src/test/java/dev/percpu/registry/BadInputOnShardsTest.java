package dev.percpu.registry;

import dev.percpu.rseq.AbiStatus;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.ShardPlan;

class BadInputOnShardsTest extends BadInputTest {
    @Override
    CellStore store() {
        AbiStatus status = AbiStatus.current();
        return CellStore.onShards(
                new ShardPlan(status.cpus().shardCount(), status.indexedBy().offset()));
    }
}
