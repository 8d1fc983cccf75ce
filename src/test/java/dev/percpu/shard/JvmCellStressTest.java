package dev.percpu.shard;

class JvmCellStressTest extends CellStressContract {
    @Override
    CellStore open() {
        return new JvmCellStore();
    }
}
