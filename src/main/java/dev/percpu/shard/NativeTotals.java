package dev.percpu.shard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sums of every region in native memory of their own, freed by {@link #close()}. */
final class NativeTotals extends Totals {
    private final NativeCellStore store;
    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> counters;
    private final List<MemorySegment> timers;
    private final List<MemorySegment> summaries;

    NativeTotals(NativeCellStore store) {
        this.store = store;
        try {
            this.counters = sums(store.counters());
            this.timers = sums(store.timers());
            this.summaries = sums(store.summaries());
        } catch (Throwable e) {
            arena.close();
            throw e;
        }
    }

    private List<MemorySegment> sums(RegionChain chain) {
        List<MemorySegment> sums = new ArrayList<>();
        for (CellRegion region : chain.regions()) {
            sums.add(RegionChain.sums(region, arena));
        }
        return sums;
    }

    static NativeTotals of(Totals totals, NativeCellStore store) {
        if (!(totals instanceof NativeTotals those) || those.store != store) {
            throw new IllegalArgumentException("these totals are of another store");
        }
        if (!those.arena.scope().isAlive()) {
            throw new IllegalStateException("these totals are closed");
        }
        return those;
    }

    @Nullable
    Sums counters(RegionChain.Place place, long bytes) {
        return slice(counters, place, bytes);
    }

    @Nullable
    Sums timers(RegionChain.Place place, long bytes) {
        return slice(timers, place, bytes);
    }

    @Nullable
    Sums summaries(RegionChain.Place place, long bytes) {
        return slice(summaries, place, bytes);
    }

    /** The cells of one place, or null if it was handed out after this snapshot. */
    private static @Nullable Sums slice(List<MemorySegment> regions, RegionChain.Place place, long bytes) {
        int index = place.region().index();
        if (index >= regions.size()) {
            return null;
        }
        MemorySegment region = regions.get(index);
        long from = place.offset() - place.region().firstCell();
        return from + bytes > region.byteSize() ? null : new Sums(region, from);
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    /** Cells that are added up already: from this offset of the segment on. */
    record Sums(MemorySegment cells, long from) {
        long firstWord(long offset) {
            return cells.get(ValueLayout.JAVA_LONG, from + offset + Layout.FIRST_WORD);
        }

        long secondWord(long offset) {
            return cells.get(ValueLayout.JAVA_LONG, from + offset + Layout.SECOND_WORD);
        }

        double secondWordAsDouble(long offset) {
            return cells.get(ValueLayout.JAVA_DOUBLE, from + offset + Layout.SECOND_WORD);
        }

        LongObservations longObservations(int buckets) {
            long[] counts = new long[buckets];
            long sum = longObservations(buckets, counts);
            return new LongObservations(counts, sum);
        }

        /** Puts the counts of a group's buckets there and returns the sum. */
        long longObservations(int buckets, long[] counts) {
            long sum = 0;
            for (int i = 0; i < buckets; i++) {
                counts[i] = firstWord(Layout.bucketOffset(i));
                sum += secondWord(Layout.bucketOffset(i));
            }
            return sum;
        }

        DoubleObservations doubleObservations(int buckets) {
            long[] counts = new long[buckets];
            double sum = doubleObservations(buckets, counts);
            return new DoubleObservations(counts, sum);
        }

        /** Likewise. */
        double doubleObservations(int buckets, long[] counts) {
            double sum = 0;
            for (int i = 0; i < buckets; i++) {
                counts[i] = firstWord(Layout.bucketOffset(i));
                sum += secondWordAsDouble(Layout.bucketOffset(i));
            }
            return sum;
        }

        /** Sums a place now, by itself. */
        static Sums now(RegionChain.Place place, long bytes, Arena arena) {
            MemorySegment out = arena.allocate(bytes, Layout.CELL_BYTES);
            place.region().region().sum(place.offset(), place.offset() + bytes, out);
            return new Sums(out, 0);
        }
    }
}
