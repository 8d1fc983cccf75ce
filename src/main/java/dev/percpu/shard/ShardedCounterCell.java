package dev.percpu.shard;

import dev.percpu.binding.CellHandle;
import dev.percpu.binding.RecordCalls;

/** A counter on native shards. Its cell has the integer part in the first word and the double part in the second. Thread-safe. */
final class ShardedCounterCell extends CounterCell {
    private final CellHandle handle;

    ShardedCounterCell(CellHandle handle) {
        this.handle = handle;
    }

    @Override
    public void add(long amount) {
        RecordCalls.addLong(handle, amount);
    }

    @Override
    public void add(double amount) {
        RecordCalls.addDouble(handle, amount);
    }

    @Override
    public double sum() {
        return CellSums.readNow(handle, Layout.CELL_BYTES, CellSums::counterSum);
    }

    @Override
    public double sum(CellSnapshot snapshot) {
        CellSums sums = ShardedSnapshot.of(snapshot).sums(handle, Layout.CELL_BYTES);
        return sums == null ? 0 : sums.counterSum();
    }

    @Override
    public long fingerprint(CellSnapshot snapshot) {
        CellSums sums = ShardedSnapshot.of(snapshot).sums(handle, Layout.CELL_BYTES);
        return sums == null ? 0 : sums.counterFingerprint();
    }

    @Override
    public double sumOfShard(int shard) {
        return CellSums.readShardNow(shard, handle, Layout.CELL_BYTES, CellSums::counterSum);
    }

    @Override
    CellHandle handle() {
        return handle;
    }

    @Override
    int buckets() {
        return 0;
    }
}
