package dev.percpu.shard;

import dev.percpu.binding.CellHandle;
import dev.percpu.binding.RecordCalls;
import dev.percpu.binding.SumKind;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Objects;

/** A group of cells on native shards. Its region has the type of the sums. */
final class ShardedObservationCell extends ObservationCell {
    private final CellHandle handle;
    private final int buckets;

    ShardedObservationCell(CellHandle handle, int buckets) {
        this.handle = handle;
        this.buckets = buckets;
    }

    @Override
    SumKind sumKind() {
        return handle.region().sumKind();
    }

    @Override
    public void observeLong(long amount) {
        assert isOfLongs();
        RecordCalls.observeLong(handle, amount);
    }

    @Override
    public void observeDouble(double amount) {
        assert !isOfLongs();
        RecordCalls.observeDouble(handle, amount);
    }

    @Override
    public void observeLong(long amount, long count) {
        assert isOfLongs() && count > 0;
        RecordCalls.observeLong(handle, amount, count);
    }

    @Override
    public void observeDouble(double amount, long count) {
        assert !isOfLongs() && count > 0;
        RecordCalls.observeDouble(handle, amount, count);
    }

    @Override
    public void observeBucket(int bucket, long count, double sum) {
        assert !isOfLongs() && count > 0;
        RecordCalls.observeBucket(handle, Objects.checkIndex(bucket, buckets), count, sum);
    }

    @Override
    public Observations read() {
        return CellSums.readNow(handle, Layout.groupBytes(buckets), sums -> sums.observations(sumKind(), buckets));
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
        CellSums sums = ShardedSnapshot.of(snapshot).sums(handle, Layout.groupBytes(buckets));
        if (sums == null) {
            Arrays.fill(counts, 0, buckets, 0);
            return 0;
        }
        return sums.observations(sumKind(), counts, buckets);
    }

    @Override
    public Observations readShard(int shard) {
        return CellSums.readShardNow(
                shard, handle, Layout.groupBytes(buckets), sums -> sums.observations(sumKind(), buckets));
    }

    @Override
    long drainMaxWord() {
        try {
            return handle.region().drainMax(handle.offset(), buckets);
        } finally {
            Reference.reachabilityFence(handle);
        }
    }

    @Override
    CellHandle handle() {
        return handle;
    }

    @Override
    int buckets() {
        return buckets;
    }
}
