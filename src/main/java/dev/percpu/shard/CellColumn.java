package dev.percpu.shard;

import dev.percpu.binding.Region;
import dev.percpu.binding.SumKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of many meters' cells, as a list. A scrape sums the cells by batches, with one native call per region of a batch, and
 * without access to the meters. Immutable and thread-safe.
 *
 * <p>A batch fits the processor's cache: its sums are written to the output before they leave the cache. A {@link CellSnapshot} needs
 * memory for all cells instead.
 *
 * <p>The column does not keep the cells reachable. The caller must do that until it has read them.
 */
public final class CellColumn {
    private final int buckets;

    /** Number of words of each meter's cells. */
    private final int wordsPerMeter;

    private final int metersPerBatch;

    /** Offset of each meter's cells in its region, in bytes: by batch, and in a batch by region. */
    private final long[] offsets;

    /** Index of each meter's sums in the memory of its batch, because a batch is sorted by region. */
    private final short[] batchIndexes;

    /** The runs of each batch. */
    private final Run[][] runs;

    /** Consecutive elements of {@link #offsets} in the same region. */
    private record Run(Region region, int from, int count) {}

    /** Memory for the sums of one batch. Not thread-safe: only the thread that created it may use and close it. */
    public static final class Reader implements AutoCloseable {
        /** Number of words of the sums of a batch. The largest group fits into it, and it fits into the level 2 cache. */
        public static final int WORDS = 8 * 1024;

        private static final int BYTES = WORDS * Long.BYTES;

        private final Arena arena = Arena.ofConfined();
        private final MemorySegment offsets;
        private final MemorySegment sums;

        /** A copy of the sums: each access to native memory would be checked. */
        private final long[] words;

        /** The cursor that has read the sums. */
        private @Nullable Cursor owner;

        /**
         * Allocates the memory outside the heap.
         *
         * @param words memory of {@link #WORDS} words, which another reader can use when this one is closed
         */
        public Reader(long[] words) {
            this.words = words;
            try {
                offsets = arena.allocate(ValueLayout.JAVA_LONG, BYTES / Layout.CELL_BYTES);
                sums = arena.allocate(BYTES, Layout.CELL_BYTES);
            } catch (Throwable e) {
                arena.close();
                throw e;
            }
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    private CellColumn(List<? extends Cell> cells) {
        int size = cells.size();
        buckets = cells.getFirst().buckets();
        wordsPerMeter = Layout.CELL_BYTES / Long.BYTES * Math.max(buckets, 1);
        metersPerBatch = Reader.WORDS / wordsPerMeter;
        offsets = new long[size];
        batchIndexes = new short[size];
        runs = new Run[(size + metersPerBatch - 1) / metersPerBatch][];
        for (int batch = 0; batch < runs.length; batch++) {
            int from = batch * metersPerBatch;
            runs[batch] = sortByRegion(cells, from, Math.min(from + metersPerBatch, size));
        }
    }

    private Run[] sortByRegion(List<? extends Cell> cells, int from, int to) {
        List<Run> sorted = new ArrayList<>();
        int next = from;
        for (RegionCells region : RegionCells.of(cells, from, to)) {
            sorted.add(new Run(region.region(), next, region.indexes().length));
            for (int i : region.indexes()) {
                batchIndexes[i] = (short) (next - from);
                offsets[next++] = RegionCells.handle(cells, i).offset();
            }
        }
        return sorted.toArray(Run[]::new);
    }

    /**
     * Returns a column of these cells, in their order.
     *
     * @return null if the list is empty, a cell is on the JVM's heap, or the cells have different numbers of buckets
     */
    public static @Nullable CellColumn of(List<? extends Cell> cells) {
        for (Cell cell : cells) {
            if (cell.handle() == null || cell.buckets() != cells.getFirst().buckets()) {
                return null;
            }
        }
        return cells.isEmpty() ? null : new CellColumn(cells);
    }

    /** Returns a cursor that sums a batch when its first meter is read. */
    public Cursor cursor(Reader reader) {
        return new Cursor(reader);
    }

    /**
     * The sums of the column's cells. Not thread-safe: only the thread of the reader may use it, until the reader is closed.
     *
     * <p>Reading the meters in ascending order is fastest, because each batch is then summed once.
     */
    public final class Cursor {
        private final Reader reader;

        /** Indexes of the meters of the current batch. */
        private int from;

        private int to;

        private Cursor(Reader reader) {
            this.reader = reader;
        }

        /** Returns the sum of a counter. */
        public double counterSum(int index) {
            int at = locate(index);
            return reader.words[at] + Double.longBitsToDouble(reader.words[at + 1]);
        }

        /**
         * Reads observations that are longs.
         *
         * @param counts receives the count of each bucket, from index 0 on; at least as long as the number of buckets
         * @return the sum of all amounts
         */
        public long readLongs(int index, long[] counts) {
            int at = locate(index);
            long[] words = reader.words;
            long sum = 0;
            for (int i = 0; i < buckets; i++) {
                counts[i] = words[at + 2 * i];
                sum = SumKind.addSaturated(sum, words[at + 2 * i + 1]);
            }
            return sum;
        }

        /**
         * Reads observations that are doubles.
         *
         * @param counts receives the count of each bucket, from index 0 on; at least as long as the number of buckets
         * @return the sum of all amounts
         */
        public double readDoubles(int index, long[] counts) {
            int at = locate(index);
            long[] words = reader.words;
            double sum = 0;
            for (int i = 0; i < buckets; i++) {
                counts[i] = words[at + 2 * i];
                sum += Double.longBitsToDouble(words[at + 2 * i + 1]);
            }
            return sum;
        }

        /**
         * Reads the sums of consecutive counters.
         *
         * @param from index of the first counter
         * @param sums receives the sums, from index 0 on
         */
        public void readCounters(int from, int count, double[] sums) {
            for (int i = 0; i < count; i++) {
                sums[i] = counterSum(from + i);
            }
        }

        /**
         * Reads the observations of consecutive meters with one bucket each, which are longs.
         *
         * @param from index of the first meter
         * @param counts receives the number of observations of each meter, from index 0 on
         * @param sums receives the sum of each meter's amounts, from index 0 on
         */
        public void readLongs(int from, int count, long[] counts, long[] sums) {
            for (int i = 0; i < count; i++) {
                int at = locate(from + i);
                counts[i] = reader.words[at];
                sums[i] = reader.words[at + 1];
            }
        }

        /** Reads the observations of consecutive meters with one bucket each, which are doubles. */
        public void readDoubles(int from, int count, long[] counts, double[] sums) {
            for (int i = 0; i < count; i++) {
                int at = locate(from + i);
                counts[i] = reader.words[at];
                sums[i] = Double.longBitsToDouble(reader.words[at + 1]);
            }
        }

        /** Returns the index of a meter's sums in the memory of the reader. Sums the batch of the meter if necessary. */
        @SuppressWarnings("ReferenceEquality") // this cursor, not an equal one
        private int locate(int index) {
            if (index < from || index >= to || reader.owner != this) {
                read(index / metersPerBatch);
            }
            return batchIndexes[index] * wordsPerMeter;
        }

        private void read(int batch) {
            reader.owner = null;
            from = batch * metersPerBatch;
            to = Math.min(from + metersPerBatch, batchIndexes.length);
            for (Run run : runs[batch]) {
                sum(run, run.from - from);
            }
            MemorySegment.copy(reader.sums, ValueLayout.JAVA_LONG, 0, reader.words, 0, (to - from) * wordsPerMeter);
            reader.owner = this;
        }

        private void sum(Run run, int batchIndex) {
            long bytesPerMeter = (long) wordsPerMeter * Long.BYTES;
            MemorySegment.copy(offsets, run.from, reader.offsets, ValueLayout.JAVA_LONG, 0, run.count);
            run.region.sumRanges(
                    0,
                    run.region.shards() + 1,
                    reader.offsets.asSlice(0, (long) run.count * Long.BYTES),
                    bytesPerMeter,
                    reader.sums.asSlice(batchIndex * bytesPerMeter, run.count * bytesPerMeter));
        }
    }
}
