package dev.percpu.shard;

import dev.percpu.binding.RecordPoint;
import dev.percpu.binding.Region;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the cells of many meters are, one after the other: a scrape reads them out of the totals without looking at a single one of them,
 * which would be most of what it takes to read a counter. Immutable. Somebody else has to hold the cells.
 */
public final class CellColumn {
    private final Region region;
    private final int buckets;
    private final long[] offsets;

    private CellColumn(Region region, int buckets, long[] offsets) {
        this.region = region;
        this.buckets = buckets;
        this.offsets = offsets;
    }

    /** Of these cells in their order; null if they do not all lie in one region of shards or have different numbers of buckets. */
    @SuppressWarnings("ReferenceEquality") // a region is one mapping
    public static @Nullable CellColumn of(List<? extends Cell> cells) {
        Region region = null;
        int buckets = 0;
        long[] offsets = new long[cells.size()];
        for (int place = 0; place < offsets.length; place++) {
            Cell cell = cells.get(place);
            RecordPoint point = pointOf(cell);
            if (point == null) {
                return null;
            }
            if (region == null) {
                region = point.region();
                buckets = bucketsOf(cell);
            } else if (region != point.region() || buckets != bucketsOf(cell)) {
                return null;
            }
            offsets[place] = point.offset();
        }
        return region == null ? null : new CellColumn(region, buckets, offsets);
    }

    private static @Nullable RecordPoint pointOf(Cell cell) {
        return switch (cell) {
            case NativeCounterCell counter -> counter.point();
            case NativeLongObservationCell longs -> longs.point();
            case NativeDoubleObservationCell doubles -> doubles.point();
            default -> null;
        };
    }

    private static int bucketsOf(Cell cell) {
        return switch (cell) {
            case NativeLongObservationCell longs -> longs.buckets();
            case NativeDoubleObservationCell doubles -> doubles.buckets();
            default -> 0;
        };
    }

    /**
     * The cells as of that snapshot.
     *
     * @param totals not older than any of the cells
     * @throws IllegalArgumentException if the snapshot is of another store
     * @throws IllegalStateException if the snapshot is closed
     */
    public Reading in(Totals totals) {
        return new Reading(NativeTotals.of(totals).allOf(region), offsets, buckets);
    }

    /** What the cells of a column hold; to be read by the thread of the snapshot, as long as that is open. */
    public static final class Reading {
        private final NativeTotals.Added added;
        private final long[] offsets;
        private final int buckets;

        /** Of one place, its bucket's words one after the other: one copy is faster than many reads of memory that may be closed. */
        private final long[] cells;

        private Reading(NativeTotals.Added added, long[] offsets, int buckets) {
            this.added = added;
            this.offsets = offsets;
            this.buckets = buckets;
            this.cells = new long[2 * buckets];
        }

        /** The sum of a counter. */
        public double counter(int place) {
            return new NativeTotals.Sums(added.cells(), offsets[place] - added.from()).sum();
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
            long from = offsets[place] - added.from() + Layout.bucketOffset(0);
            MemorySegment.copy(added.cells(), ValueLayout.JAVA_LONG, from, cells, 0, cells.length);
        }
    }
}
