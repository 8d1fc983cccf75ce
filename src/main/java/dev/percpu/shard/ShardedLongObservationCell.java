package dev.percpu.shard;

import dev.percpu.binding.CellHandle;
import dev.percpu.binding.RecordCalls;
import java.lang.ref.Reference;
import java.util.Arrays;

/** A group of cells in a region of integer sums. */
final class ShardedLongObservationCell extends LongObservationCell implements ShardedCell {
    private final CellHandle point;
    private final int buckets;

    ShardedLongObservationCell(CellHandle point, int buckets) {
        this.point = point;
        this.buckets = buckets;
    }

    @Override
    public void observe(long amount) {
        RecordCalls.observeLong(point, amount);
    }

    @Override
    public LongObservations read() {
        return ShardedSnapshot.now(point, Layout.groupBytes(buckets), sums -> sums.longObservations(buckets));
    }

    @Override
    public LongObservations read(CellSnapshot totals) {
        long[] counts = new long[buckets];
        long sum = read(totals, counts);
        return new LongObservations(counts, sum);
    }

    @Override
    public long read(CellSnapshot totals, long[] counts) {
        ShardedSnapshot.Sums sums = ShardedSnapshot.of(totals).sums(point, Layout.groupBytes(buckets));
        if (sums == null) {
            Arrays.fill(counts, 0, buckets, 0);
            return 0;
        }
        return sums.longObservations(buckets, counts);
    }

    @Override
    public LongObservations readOf(int shard) {
        return ShardedSnapshot.nowOf(shard, point, Layout.groupBytes(buckets), sums -> sums.longObservations(buckets));
    }

    @Override
    public long drainMax() {
        try {
            return point.region().drainMax(point.offset(), buckets);
        } finally {
            Reference.reachabilityFence(point);
        }
    }

    @Override
    public CellHandle point() {
        return point;
    }

    @Override
    public int buckets() {
        return buckets;
    }
}
