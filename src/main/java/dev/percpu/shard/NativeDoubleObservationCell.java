package dev.percpu.shard;

import dev.percpu.binding.BucketIndex;
import dev.percpu.binding.HotPath;
import dev.percpu.binding.RecordPoint;
import dev.percpu.binding.Region;
import java.lang.foreign.Arena;
import java.util.Arrays;

/** A group of cells in a region of double sums. */
final class NativeDoubleObservationCell extends DoubleObservationCell {
    private final RecordPoint point;
    private final Region region;
    private final long group;
    private final int buckets;
    private final RegionChain.Place place;
    private final NativeCellStore store;

    NativeDoubleObservationCell(NativeCellStore store, RegionChain.Place place, int buckets, BucketIndex index) {
        this.store = store;
        this.place = place;
        this.point = place.recordPoint(index);
        this.region = place.region().region();
        this.group = place.offset();
        this.buckets = buckets;
    }

    @Override
    public void observe(double amount) {
        HotPath.observeDouble(point, amount);
    }

    @Override
    public DoubleObservations read() {
        try (Arena arena = Arena.ofConfined()) {
            return NativeTotals.Sums.now(place, Layout.groupBytes(buckets), arena)
                    .doubleObservations(buckets);
        }
    }

    @Override
    public DoubleObservations read(Totals totals) {
        NativeTotals.Sums sums = NativeTotals.of(totals, store).summaries(place, Layout.groupBytes(buckets));
        return sums == null ? DoubleObservations.none(buckets) : sums.doubleObservations(buckets);
    }

    @Override
    public double read(Totals totals, long[] counts) {
        NativeTotals.Sums sums = NativeTotals.of(totals, store).summaries(place, Layout.groupBytes(buckets));
        if (sums == null) {
            Arrays.fill(counts, 0, buckets, 0);
            return 0;
        }
        return sums.doubleObservations(buckets, counts);
    }

    @Override
    public double drainMax() {
        return Double.longBitsToDouble(region.drainMax(group, buckets));
    }
}
