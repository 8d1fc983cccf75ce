package dev.percpu.shard;

import dev.percpu.binding.CellHandle;
import dev.percpu.binding.Region;
import dev.percpu.binding.SumKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
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

    /** Size of each meter's cells, without the maximum of a group. */
    private final int bytesPerMeter;

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
        /** Size of the sums of a batch. The largest group fits into it, and it fits into the level 2 cache. */
        private static final int BYTES = 64 * 1024;

        private final Arena arena = Arena.ofConfined();
        private final MemorySegment offsets;
        private final MemorySegment sums;

        /** The cursor that has read the sums. */
        private @Nullable Cursor owner;

        /** Allocates the memory. */
        public Reader() {
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
        bytesPerMeter = Layout.CELL_BYTES * Math.max(buckets, 1);
        metersPerBatch = Reader.BYTES / bytesPerMeter;
        offsets = new long[size];
        batchIndexes = new short[size];
        runs = new Run[(size + metersPerBatch - 1) / metersPerBatch][];
        for (int batch = 0; batch < runs.length; batch++) {
            int from = batch * metersPerBatch;
            runs[batch] = sortByRegion(cells, from, Math.min(from + metersPerBatch, size));
        }
    }

    private Run[] sortByRegion(List<? extends Cell> cells, int from, int to) {
        IdentityHashMap<Region, List<Integer>> byRegion = new IdentityHashMap<>();
        for (int i = from; i < to; i++) {
            byRegion.computeIfAbsent(handle(cells, i).region(), region -> new ArrayList<>())
                    .add(i);
        }
        List<Run> sorted = new ArrayList<>();
        int[] next = {from};
        byRegion.forEach((region, indexes) -> {
            sorted.add(new Run(region, next[0], indexes.size()));
            for (int i : indexes) {
                batchIndexes[i] = (short) (next[0] - from);
                offsets[next[0]++] = handle(cells, i).offset() + (buckets == 0 ? 0 : Layout.bucketOffset(0));
            }
        });
        return sorted.toArray(Run[]::new);
    }

    private static CellHandle handle(List<? extends Cell> cells, int index) {
        return Objects.requireNonNull(cells.get(index).handle());
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
        private int batch = -1;

        /** The words of one meter's cells. One bulk copy is faster than many checked reads of native memory. */
        private final long[] words = new long[2 * buckets];

        private Cursor(Reader reader) {
            this.reader = reader;
        }

        /** Returns the sum of a counter. */
        public double counterSum(int index) {
            return new CellSums(reader.sums, locate(index)).counterSum();
        }

        /**
         * Reads observations that are longs.
         *
         * @param counts receives the count of each bucket, from index 0 on; at least as long as the number of buckets
         * @return the sum of all amounts
         */
        public long readLongs(int index, long[] counts) {
            copy(index);
            long sum = 0;
            for (int i = 0; i < buckets; i++) {
                counts[i] = words[2 * i];
                sum = SumKind.addSaturated(sum, words[2 * i + 1]);
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
            copy(index);
            double sum = 0;
            for (int i = 0; i < buckets; i++) {
                counts[i] = words[2 * i];
                sum += Double.longBitsToDouble(words[2 * i + 1]);
            }
            return sum;
        }

        private void copy(int index) {
            MemorySegment.copy(reader.sums, ValueLayout.JAVA_LONG, locate(index), words, 0, words.length);
        }

        /** Returns the offset of a meter's sums in the memory of the reader. Sums the batch of the meter if necessary. */
        @SuppressWarnings("ReferenceEquality") // this cursor, not an equal one
        private long locate(int index) {
            int batchOfIndex = index / metersPerBatch;
            if (batchOfIndex != batch || reader.owner != this) {
                reader.owner = null;
                for (Run run : runs[batchOfIndex]) {
                    sum(run, run.from - batchOfIndex * metersPerBatch);
                }
                batch = batchOfIndex;
                reader.owner = this;
            }
            return (long) batchIndexes[index] * bytesPerMeter;
        }

        private void sum(Run run, int batchIndex) {
            MemorySegment.copy(offsets, run.from, reader.offsets, ValueLayout.JAVA_LONG, 0, run.count);
            run.region.sumRanges(
                    0,
                    run.region.shards() + 1,
                    reader.offsets.asSlice(0, (long) run.count * Long.BYTES),
                    bytesPerMeter,
                    reader.sums.asSlice((long) batchIndex * bytesPerMeter, (long) run.count * bytesPerMeter));
        }
    }
}
