package dev.percpu.shard;

class NativeCellStressTest extends CellStressContract {
    @Override
    CellStore open() {
        return NativeStores.open();
    }
}
