package dev.percpu.shard;

import dev.percpu.binding.CellHandle;
import dev.percpu.binding.RecordCalls;
import java.lang.ref.Reference;
import java.util.Arrays;

/** A group of cells in a region of double sums. */
final class ShardedDoubleObservationCell extends DoubleObservationCell implements ShardedCell {
    private final CellHandle point;
    private final int buckets;

    ShardedDoubleObservationCell(CellHandle point, int buckets) {
        this.point = point;
        this.buckets = buckets;
    }

    @Override
    public void observe(double amount) {
        RecordCalls.observeDouble(point, amount);
    }

    @Override
    public DoubleObservations read() {
        return ShardedSnapshot.now(point, Layout.groupBytes(buckets), sums -> sums.doubleObservations(buckets));
    }

    @Override
    public DoubleObservations read(CellSnapshot totals) {
        long[] counts = new long[buckets];
        double sum = read(totals, counts);
        return new DoubleObservations(counts, sum);
    }

    @Override
    public double read(CellSnapshot totals, long[] counts) {
        ShardedSnapshot.Sums sums = ShardedSnapshot.of(totals).sums(point, Layout.groupBytes(buckets));
        if (sums == null) {
            Arrays.fill(counts, 0, buckets, 0);
            return 0;
        }
        return sums.doubleObservations(buckets, counts);
    }

    @Override
    public DoubleObservations readOf(int shard) {
        return ShardedSnapshot.nowOf(
                shard, point, Layout.groupBytes(buckets), sums -> sums.doubleObservations(buckets));
    }

    @Override
    public double drainMax() {
        try {
            return Double.longBitsToDouble(point.region().drainMax(point.offset(), buckets));
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
