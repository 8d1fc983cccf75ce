package dev.percpu.shard;

import dev.percpu.binding.BucketIndex;
import dev.percpu.binding.HotPath;
import dev.percpu.binding.RecordPoint;
import java.lang.foreign.Arena;

/** One cell: whole amounts in the first word, the others in the second. */
final class NativeCounterCell extends CounterCell {
    private final RecordPoint point;
    private final RegionChain.Place place;
    private final NativeCellStore store;

    NativeCounterCell(NativeCellStore store, RegionChain.Place place) {
        this.store = store;
        this.place = place;
        this.point = place.recordPoint(BucketIndex.NONE);
    }

    @Override
    public void add(long amount) {
        HotPath.addLong(point, amount);
    }

    @Override
    public void add(double amount) {
        HotPath.addDouble(point, amount);
    }

    @Override
    public double sum() {
        try (Arena arena = Arena.ofConfined()) {
            return sum(NativeTotals.Sums.now(place, Layout.CELL_BYTES, arena));
        }
    }

    @Override
    public double sum(Totals totals) {
        NativeTotals.Sums sums = NativeTotals.of(totals, store).counters(place, Layout.CELL_BYTES);
        return sums == null ? 0 : sum(sums);
    }

    private static double sum(NativeTotals.Sums sums) {
        return sums.firstWord(0) + sums.secondWordAsDouble(0);
    }
}
