package dev.percpu.shard;

import dev.percpu.binding.HotPath;
import dev.percpu.binding.RecordPoint;
import java.lang.ref.Reference;
import java.util.Arrays;

/** A group of cells in a region of double sums. */
final class NativeDoubleObservationCell extends DoubleObservationCell implements NativeCell {
    private final RecordPoint point;
    private final int buckets;

    NativeDoubleObservationCell(RecordPoint point, int buckets) {
        this.point = point;
        this.buckets = buckets;
    }

    @Override
    public void observe(double amount) {
        HotPath.observeDouble(point, amount);
    }

    @Override
    public DoubleObservations read() {
        return NativeTotals.now(point, Layout.groupBytes(buckets), sums -> sums.doubleObservations(buckets));
    }

    @Override
    public DoubleObservations read(Totals totals) {
        long[] counts = new long[buckets];
        double sum = read(totals, counts);
        return new DoubleObservations(counts, sum);
    }

    @Override
    public double read(Totals totals, long[] counts) {
        NativeTotals.Sums sums = NativeTotals.of(totals).sums(point, Layout.groupBytes(buckets));
        if (sums == null) {
            Arrays.fill(counts, 0, buckets, 0);
            return 0;
        }
        return sums.doubleObservations(buckets, counts);
    }

    @Override
    public DoubleObservations readOf(int shard) {
        return NativeTotals.nowOf(shard, point, Layout.groupBytes(buckets), sums -> sums.doubleObservations(buckets));
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
    public RecordPoint point() {
        return point;
    }

    @Override
    public int buckets() {
        return buckets;
    }
}
