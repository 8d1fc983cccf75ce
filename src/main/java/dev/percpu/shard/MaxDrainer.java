package dev.percpu.shard;

import dev.percpu.binding.SumKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A drainer of the maxima of many cells, with one native call per region. It keeps its cells reachable. Thread-safe: concurrent drains run
 * one after the other.
 */
public final class MaxDrainer {
    /** Words of a group in the native call: its offset and its number of buckets. */
    private static final long GROUP_WORDS = 2;

    private final List<ObservationCell> cells;
    private final List<Batch> batches;

    /** Indexes of the cells on the JVM's heap. */
    private final int[] heapCells;

    private MaxDrainer(List<ObservationCell> cells, List<Batch> batches, int[] heapCells) {
        this.cells = cells;
        this.batches = batches;
        this.heapCells = heapCells;
    }

    /** Returns a drainer for a list of cells. */
    public static MaxDrainer of(List<? extends ObservationCell> cells) {
        List<ObservationCell> copy = List.copyOf(cells);
        List<Batch> batches = new ArrayList<>();
        for (RegionCells region : RegionCells.of(copy, 0, copy.size())) {
            batches.add(new Batch(region, copy));
        }
        int[] heapCells = IntStream.range(0, copy.size())
                .filter(i -> copy.get(i).handle() == null)
                .toArray();
        return new MaxDrainer(copy, batches, heapCells);
    }

    /**
     * Takes the maximum of every cell, as {@link ObservationCell#drainMax()} does.
     *
     * @param maxima receives the maximum of each cell, by its index in the list; 0 if there was none since the last drain
     */
    public synchronized void drain(double[] maxima) {
        for (Batch batch : batches) {
            batch.drain(maxima);
        }
        Reference.reachabilityFence(cells); // the memory of the cells must not be reused during the native calls
        for (int index : heapCells) {
            maxima[index] = cells.get(index).drainMax();
        }
    }

    /** The cells of one region. */
    private static final class Batch {
        private final RegionCells cells;
        private final MemorySegment groups;
        private final MemorySegment maxima;

        private Batch(RegionCells cells, List<ObservationCell> all) {
            this.cells = cells;
            int[] indexes = cells.indexes();
            Arena arena = Arena.ofAuto();
            this.groups = arena.allocate(ValueLayout.JAVA_LONG, GROUP_WORDS * indexes.length);
            this.maxima = arena.allocate(ValueLayout.JAVA_LONG, indexes.length);
            for (int i = 0; i < indexes.length; i++) {
                CellHandle handle = RegionCells.handle(all, indexes[i]);
                int buckets = all.get(indexes[i]).buckets();
                groups.setAtIndex(ValueLayout.JAVA_LONG, GROUP_WORDS * i, handle.offset());
                groups.setAtIndex(ValueLayout.JAVA_LONG, GROUP_WORDS * i + 1, buckets);
            }
        }

        private void drain(double[] drained) {
            cells.region().drainMaxima(groups, maxima);
            int[] indexes = cells.indexes();
            boolean longs = cells.region().sumKind() == SumKind.LONG;
            for (int i = 0; i < indexes.length; i++) {
                long word = maxima.getAtIndex(ValueLayout.JAVA_LONG, i);
                drained[indexes[i]] = longs ? word : Double.longBitsToDouble(word);
            }
        }
    }
}
