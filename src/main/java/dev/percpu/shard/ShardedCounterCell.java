package dev.percpu.shard;

import dev.percpu.binding.CellHandle;
import dev.percpu.binding.RecordCalls;

/** One cell: whole amounts in the first word, the others in the second. */
final class ShardedCounterCell extends CounterCell implements ShardedCell {
    private final CellHandle point;

    ShardedCounterCell(CellHandle point) {
        this.point = point;
    }

    @Override
    public void add(long amount) {
        RecordCalls.addLong(point, amount);
    }

    @Override
    public void add(double amount) {
        RecordCalls.addDouble(point, amount);
    }

    @Override
    public double sum() {
        return ShardedSnapshot.now(point, Layout.CELL_BYTES, ShardedSnapshot.Sums::sum);
    }

    @Override
    public double sum(CellSnapshot totals) {
        ShardedSnapshot.Sums sums = ShardedSnapshot.of(totals).sums(point, Layout.CELL_BYTES);
        return sums == null ? 0 : sums.sum();
    }

    @Override
    public long fingerprint(CellSnapshot totals) {
        ShardedSnapshot.Sums sums = ShardedSnapshot.of(totals).sums(point, Layout.CELL_BYTES);
        return sums == null ? 0 : 31 * sums.firstWord(0) + sums.secondWord(0);
    }

    @Override
    public double sumOf(int shard) {
        return ShardedSnapshot.nowOf(shard, point, Layout.CELL_BYTES, ShardedSnapshot.Sums::sum);
    }

    @Override
    public CellHandle point() {
        return point;
    }

    @Override
    public int buckets() {
        return 0;
    }
}
