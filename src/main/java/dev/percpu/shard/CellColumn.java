package dev.percpu.shard;

import dev.percpu.binding.RecordPoint;
import dev.percpu.binding.Region;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the cells of many meters are, one after the other: a scrape reads them out of the totals without looking at a single one of them,
 * which would be most of what it takes to read a counter. Immutable. Somebody else has to hold the cells.
 */
public final class CellColumn {
    /** A column of more is not worth having. */
    private static final int MAX_REGIONS = Short.MAX_VALUE;

    private final List<Region> regions;
    private final int buckets;

    /** Of each place, which of the regions, and where in it. */
    private final short[] regionOf;

    private final long[] offsets;

    private CellColumn(List<Region> regions, int buckets, short[] regionOf, long[] offsets) {
        this.regions = regions;
        this.buckets = buckets;
        this.regionOf = regionOf;
        this.offsets = offsets;
    }

    /** Of these cells in their order; null if they do not all lie in shards or have different numbers of buckets. */
    public static @Nullable CellColumn of(List<? extends Cell> cells) {
        IdentityHashMap<Region, Short> numbers = new IdentityHashMap<>();
        List<Region> regions = new ArrayList<>();
        short[] regionOf = new short[cells.size()];
        long[] offsets = new long[cells.size()];
        int buckets = 0;
        for (int place = 0; place < offsets.length; place++) {
            if (!(cells.get(place) instanceof NativeCell cell)
                    || (place > 0 && cell.buckets() != buckets)
                    || regions.size() == MAX_REGIONS) {
                return null;
            }
            buckets = cell.buckets();
            RecordPoint point = cell.point();
            regionOf[place] = numbers.computeIfAbsent(point.region(), region -> {
                regions.add(region);
                return (short) (regions.size() - 1);
            });
            offsets[place] = point.offset();
        }
        return regions.isEmpty() ? null : new CellColumn(regions, buckets, regionOf, offsets);
    }

    /**
     * The cells as of that snapshot.
     *
     * @param totals not older than any of the cells
     * @throws IllegalArgumentException if the snapshot is of another store
     * @throws IllegalStateException if the snapshot is closed
     */
    public Reading in(Totals totals) {
        NativeTotals sums = NativeTotals.of(totals);
        return new Reading(regions.stream().map(sums::allOf).toArray(NativeTotals.Added[]::new));
    }

    /** What the cells of a column hold; to be read by the thread of the snapshot, as long as that is open. */
    public final class Reading {
        private final NativeTotals.Added[] added;

        /** Of one place, its buckets' words one after the other: one copy is faster than many reads of memory that may be closed. */
        private final long[] cells = new long[2 * buckets];

        private Reading(NativeTotals.Added[] added) {
            this.added = added;
        }

        /** The sum of a counter. */
        public double counter(int place) {
            NativeTotals.Added region = added[regionOf[place]];
            return new NativeTotals.Sums(region.cells(), offsets[place] - region.from()).sum();
        }

        /**
         * Observations of whole amounts.
         *
         * @param counts where the count of each bucket goes, from its beginning; at least as long as there are buckets
         * @return the sum of all observations
         */
        public long longObservations(int place, long[] counts) {
            read(place);
            long sum = 0;
            for (int i = 0; i < buckets; i++) {
                counts[i] = cells[2 * i];
                sum += cells[2 * i + 1];
            }
            return sum;
        }

        /** The same of any amounts. */
        public double doubleObservations(int place, long[] counts) {
            read(place);
            double sum = 0;
            for (int i = 0; i < buckets; i++) {
                counts[i] = cells[2 * i];
                sum += Double.longBitsToDouble(cells[2 * i + 1]);
            }
            return sum;
        }

        private void read(int place) {
            NativeTotals.Added region = added[regionOf[place]];
            long from = offsets[place] - region.from() + Layout.bucketOffset(0);
            MemorySegment.copy(region.cells(), ValueLayout.JAVA_LONG, from, cells, 0, cells.length);
        }
    }
}
