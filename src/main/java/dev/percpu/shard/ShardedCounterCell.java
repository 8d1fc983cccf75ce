package dev.percpu.shard;

/** A counter on native shards. Its cell has the integer part in the first word and the double part in the second. Thread-safe. */
final class ShardedCounterCell extends CounterCell implements CellHandle {
    private final long offset;
    private final int generation;
    private final RecordTarget target;

    ShardedCounterCell(RegionChain.Allocation memory, RecordTarget target) {
        this.offset = memory.offset();
        this.generation = memory.generation();
        this.target = target;
    }

    @Override
    public void add(long amount) {
        target.addLong(this, offset, amount);
    }

    @Override
    public void add(double amount) {
        target.addDouble(this, offset, amount);
    }

    @Override
    public double sum() {
        return CellSums.readNow(this, Layout.CELL_BYTES, CellSums::counterSum);
    }

    @Override
    public double sum(CellSnapshot snapshot) {
        CellSums sums = ShardedSnapshot.of(snapshot).sums(this, Layout.CELL_BYTES);
        return sums == null ? 0 : sums.counterSum();
    }

    @Override
    public long fingerprint(CellSnapshot snapshot) {
        CellSums sums = ShardedSnapshot.of(snapshot).sums(this, Layout.CELL_BYTES);
        return sums == null ? 0 : sums.counterFingerprint();
    }

    @Override
    public double sumOfShard(int shard) {
        return CellSums.readShardNow(shard, this, Layout.CELL_BYTES, CellSums::counterSum);
    }

    @Override
    int buckets() {
        return 0;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public int generation() {
        return generation;
    }

    @Override
    public RecordTarget target() {
        return target;
    }
}
