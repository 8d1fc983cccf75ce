package dev.percpu.shard;

class ShardedCellTest extends CellContract {
    @Override
    CellStore open() {
        return NativeStores.open();
    }
}
