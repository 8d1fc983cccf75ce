package dev.percpu.shard;

import dev.percpu.binding.SumKind;
import java.util.Arrays;
import java.util.Objects;

/** A group of cells on native shards. Its region has the type of the sums. */
final class ShardedObservationCell extends ObservationCell implements CellHandle {
    private final long offset;
    private final int generation;
    private final int buckets;
    private final RecordTarget target;

    ShardedObservationCell(RegionChain.Allocation memory, RecordTarget target, int buckets) {
        this.offset = memory.offset();
        this.generation = memory.generation();
        this.buckets = buckets;
        this.target = target;
    }

    @Override
    SumKind sumKind() {
        return region().sumKind();
    }

    @Override
    public void observeLong(long amount) {
        assert isOfLongs();
        target.observeLong(this, offset, amount);
    }

    @Override
    public void observeDouble(double amount) {
        assert !isOfLongs();
        target.observeDouble(this, offset, amount);
    }

    @Override
    public void observeLong(long amount, long count) {
        assert isOfLongs() && count > 0;
        target.observeLong(this, offset, amount, count);
    }

    @Override
    public void observeDouble(double amount, long count) {
        assert !isOfLongs() && count > 0;
        target.observeDouble(this, offset, amount, count);
    }

    @Override
    public void observeBucket(int bucket, long count, double sum) {
        assert !isOfLongs() && count > 0;
        target.observeBucket(this, offset, Objects.checkIndex(bucket, buckets), count, sum);
    }

    @Override
    public Observations read() {
        return CellSums.readNow(this, Layout.groupBytes(buckets), sums -> sums.observations(sumKind(), buckets));
    }

    @Override
    Observations read(CellSnapshot snapshot) {
        long[] counts = new long[buckets];
        long sum = readWord(snapshot, counts);
        return Observations.of(sumKind(), counts, sum);
    }

    @Override
    public double read(CellSnapshot snapshot, long[] counts) {
        return sumKind().toDouble(readWord(snapshot, counts));
    }

    private long readWord(CellSnapshot snapshot, long[] counts) {
        CellSums sums = ShardedSnapshot.of(snapshot).sums(this, Layout.groupBytes(buckets));
        if (sums == null) {
            Arrays.fill(counts, 0, buckets, 0);
            return 0;
        }
        return sums.observations(sumKind(), counts, buckets);
    }

    @Override
    public Observations readShard(int shard) {
        return CellSums.readShardNow(
                shard, this, Layout.groupBytes(buckets), sums -> sums.observations(sumKind(), buckets));
    }

    @Override
    int buckets() {
        return buckets;
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
