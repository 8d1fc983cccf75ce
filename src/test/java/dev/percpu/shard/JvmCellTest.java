package dev.percpu.shard;

class JvmCellTest extends CellContract {
    @Override
    CellStore open() {
        return new JvmCellStore();
    }
}
