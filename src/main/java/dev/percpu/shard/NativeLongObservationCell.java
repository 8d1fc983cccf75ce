package dev.percpu.shard;

import dev.percpu.binding.BucketIndex;
import dev.percpu.binding.HotPath;
import dev.percpu.binding.RecordPoint;
import dev.percpu.binding.Region;
import java.lang.foreign.Arena;
import java.util.Arrays;

/** A group of cells in a region of integer sums. */
final class NativeLongObservationCell extends LongObservationCell {
    private final RecordPoint point;
    private final Region region;
    private final long group;
    private final int buckets;
    private final RegionChain.Place place;
    private final NativeCellStore store;

    NativeLongObservationCell(NativeCellStore store, RegionChain.Place place, int buckets, BucketIndex index) {
        this.store = store;
        this.place = place;
        this.point = place.recordPoint(index);
        this.region = place.region().region();
        this.group = place.offset();
        this.buckets = buckets;
    }

    @Override
    public void observe(long amount) {
        HotPath.observeLong(point, amount);
    }

    @Override
    public LongObservations read() {
        try (Arena arena = Arena.ofConfined()) {
            return NativeTotals.Sums.now(place, Layout.groupBytes(buckets), arena)
                    .longObservations(buckets);
        }
    }

    @Override
    public LongObservations read(Totals totals) {
        NativeTotals.Sums sums = NativeTotals.of(totals, store).timers(place, Layout.groupBytes(buckets));
        return sums == null ? LongObservations.none(buckets) : sums.longObservations(buckets);
    }

    @Override
    public long read(Totals totals, long[] counts) {
        NativeTotals.Sums sums = NativeTotals.of(totals, store).timers(place, Layout.groupBytes(buckets));
        if (sums == null) {
            Arrays.fill(counts, 0, buckets, 0);
            return 0;
        }
        return sums.longObservations(buckets, counts);
    }

    @Override
    public long drainMax() {
        return region.drainMax(group, buckets);
    }
}
