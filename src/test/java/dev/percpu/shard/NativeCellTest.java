package dev.percpu.shard;

class NativeCellTest extends CellContract {
    @Override
    CellStore open() {
        return NativeStores.open();
    }
}
