package dev.percpu.registry;

import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.ShardPlan;

class BadInputOnShardsTest extends BadInputTest {
    @Override
    CellStore store() {
        RseqStatus status = RseqProbe.status();
        return CellStore.onShards(
                new ShardPlan(status.cpus().shardCount(), status.indexedBy().offset()));
    }
}
