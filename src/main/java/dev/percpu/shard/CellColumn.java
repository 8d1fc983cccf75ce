package dev.percpu.shard;

import dev.percpu.binding.Region;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the cells of many meters are, one after the other: a scrape reads them without looking at a single one of the meters, and a batch
 * at a time, by one native call. What a batch adds up to is written while it is still in the cache: a region that has been added up as a
 * whole is not, and takes as much memory again. Immutable. Somebody else has to hold the cells.
 */
public final class CellColumn {
    private final int buckets;

    /** Of each place: all that is added up. */
    private final int bytes;

    private final int placesPerBatch;

    /** Batch by batch, and in each region by region. */
    private final long[] offsets;

    /** Of each place, which of the offsets of its batch it has. */
    private final short[] slots;

    /** Of each batch, those of a region. */
    private final Run[][] runs;

    /** Offsets that lie in one region. */
    private record Run(Region region, int from, int count) {}

    private CellColumn(List<ShardedCell> cells) {
        int size = cells.size();
        buckets = cells.getFirst().buckets();
        bytes = Layout.CELL_BYTES * Math.max(buckets, 1);
        placesPerBatch = ColumnReader.BYTES / bytes;
        offsets = new long[size];
        slots = new short[size];
        runs = new Run[(size + placesPerBatch - 1) / placesPerBatch][];
        for (int batch = 0; batch < runs.length; batch++) {
            int from = batch * placesPerBatch;
            runs[batch] = sorted(cells, from, Math.min(from + placesPerBatch, size));
        }
    }

    private Run[] sorted(List<ShardedCell> cells, int from, int to) {
        IdentityHashMap<Region, List<Integer>> byRegion = new IdentityHashMap<>();
        for (int place = from; place < to; place++) {
            byRegion.computeIfAbsent(cells.get(place).point().region(), region -> new ArrayList<>())
                    .add(place);
        }
        List<Run> sorted = new ArrayList<>();
        int[] next = {from};
        byRegion.forEach((region, places) -> {
            sorted.add(new Run(region, next[0], places.size()));
            for (int place : places) {
                slots[place] = (short) (next[0] - from);
                offsets[next[0]++] = cells.get(place).point().offset() + (buckets == 0 ? 0 : Layout.bucketOffset(0));
            }
        });
        return sorted.toArray(Run[]::new);
    }

    /** Of these cells in their order; null if they do not all lie in shards or have different numbers of buckets. */
    public static @Nullable CellColumn of(List<? extends Cell> cells) {
        List<ShardedCell> natives = new ArrayList<>(cells.size());
        for (Cell cell : cells) {
            if (!(cell instanceof ShardedCell inShards)
                    || (!natives.isEmpty()
                            && inShards.buckets() != natives.getFirst().buckets())) {
                return null;
            }
            natives.add(inShards);
        }
        return natives.isEmpty() ? null : new CellColumn(natives);
    }

    /** The cells, each as it is when its batch is read. */
    public Cursor in(ColumnReader reader) {
        return new Cursor(reader);
    }

    /** What the cells of a column hold; to be read by the thread of the reader, as long as that is open. In order of the places is best. */
    public final class Cursor {
        private final ColumnReader reader;
        private int batch = -1;

        /** Of one place, its buckets' words one after the other: one copy is faster than many reads of memory that may be closed. */
        private final long[] cells = new long[2 * buckets];

        private Cursor(ColumnReader reader) {
            this.reader = reader;
        }

        /** The sum of a counter. */
        public double counter(int place) {
            return new ShardedSnapshot.Sums(reader.sums, read(place)).sum();
        }

        /**
         * Observations of whole amounts.
         *
         * @param counts where the count of each bucket goes, from its beginning; at least as long as there are buckets
         * @return the sum of all observations
         */
        public long longObservations(int place, long[] counts) {
            copy(place);
            long sum = 0;
            for (int i = 0; i < buckets; i++) {
                counts[i] = cells[2 * i];
                sum += cells[2 * i + 1];
            }
            return sum;
        }

        /** The same of any amounts. */
        public double doubleObservations(int place, long[] counts) {
            copy(place);
            double sum = 0;
            for (int i = 0; i < buckets; i++) {
                counts[i] = cells[2 * i];
                sum += Double.longBitsToDouble(cells[2 * i + 1]);
            }
            return sum;
        }

        private void copy(int place) {
            MemorySegment.copy(reader.sums, ValueLayout.JAVA_LONG, read(place), cells, 0, cells.length);
        }

        /** Returns where the sums of that place are. */
        @SuppressWarnings("ReferenceEquality") // this one, and no equal one
        private long read(int place) {
            int wanted = place / placesPerBatch;
            if (wanted != batch || reader.holds != this) {
                reader.holds = null;
                for (Run run : runs[wanted]) {
                    add(run, run.from - wanted * placesPerBatch);
                }
                batch = wanted;
                reader.holds = this;
            }
            return (long) slots[place] * bytes;
        }

        private void add(Run run, int slot) {
            MemorySegment.copy(offsets, run.from, reader.offsets, ValueLayout.JAVA_LONG, 0, run.count);
            run.region.sumRanges(
                    0,
                    run.region.shards() + 1,
                    reader.offsets.asSlice(0, (long) run.count * Long.BYTES),
                    bytes,
                    reader.sums.asSlice((long) slot * bytes, (long) run.count * bytes));
        }
    }
}
