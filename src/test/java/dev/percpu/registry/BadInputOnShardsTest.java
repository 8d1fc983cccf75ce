package dev.percpu.registry;

import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.ShardPlan;
import dev.percpu.shard.ShardedCellStore;

class BadInputOnShardsTest extends BadInputTest {
    @Override
    CellStore store() {
        RseqStatus status = RseqProbe.status();
        return new ShardedCellStore(
                new ShardPlan(status.cpus().shardCount(), status.indexedBy().offset()));
    }
}
