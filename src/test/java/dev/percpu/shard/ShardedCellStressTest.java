package dev.percpu.shard;

class ShardedCellStressTest extends CellStressContract {
    @Override
    CellStore open() {
        return NativeStores.open();
    }
}
