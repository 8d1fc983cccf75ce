package dev.percpu.shard;

import dev.percpu.binding.CellHandle;
import dev.percpu.binding.Region;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;

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

    /** Receives the maximum of one cell. */
    @FunctionalInterface
    public interface Receiver {
        /**
         * Receives a maximum.
         *
         * @param index index of the cell in the list
         * @param max largest amount since the last drain, 0 if there was none
         */
        void accept(int index, double max);
    }

    private MaxDrainer(List<ObservationCell> cells, List<Batch> batches, int[] heapCells) {
        this.cells = cells;
        this.batches = batches;
        this.heapCells = heapCells;
    }

    /** Returns a drainer for a list of cells. */
    public static MaxDrainer of(List<? extends ObservationCell> cells) {
        IdentityHashMap<Region, List<Integer>> byRegion = new IdentityHashMap<>();
        List<Integer> heapCells = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            CellHandle handle = cells.get(i).handle();
            List<Integer> indexes =
                    handle == null ? heapCells : byRegion.computeIfAbsent(handle.region(), region -> new ArrayList<>());
            indexes.add(i);
        }
        List<ObservationCell> copy = List.copyOf(cells);
        List<Batch> batches = new ArrayList<>();
        byRegion.forEach((region, indexes) -> batches.add(new Batch(region, arrayOf(indexes), copy)));
        return new MaxDrainer(copy, batches, arrayOf(heapCells));
    }

    private static int[] arrayOf(List<Integer> indexes) {
        return indexes.stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * Takes the maximum of every cell, as {@link ObservationCell#drainMax()} does.
     *
     * @param receiver receives one maximum per cell, in any order. If it throws, the maxima not received yet may be lost.
     */
    public synchronized void drain(Receiver receiver) {
        for (Batch batch : batches) {
            batch.drain(receiver);
        }
        Reference.reachabilityFence(cells); // the memory of the cells must not be reused during the native calls
        for (int index : heapCells) {
            receiver.accept(index, cells.get(index).drainMax());
        }
    }

    /** The cells of one region. */
    private static final class Batch {
        private final Region region;
        private final int[] indexes;
        private final MemorySegment groups;
        private final MemorySegment maxima;

        private Batch(Region region, int[] indexes, List<ObservationCell> cells) {
            this.region = region;
            this.indexes = indexes;
            Arena arena = Arena.ofAuto();
            this.groups = arena.allocate(ValueLayout.JAVA_LONG, GROUP_WORDS * indexes.length);
            this.maxima = arena.allocate(ValueLayout.JAVA_LONG, indexes.length);
            for (int i = 0; i < indexes.length; i++) {
                ObservationCell cell = cells.get(indexes[i]);
                CellHandle handle = Objects.requireNonNull(cell.handle());
                groups.setAtIndex(ValueLayout.JAVA_LONG, GROUP_WORDS * i, handle.offset());
                groups.setAtIndex(ValueLayout.JAVA_LONG, GROUP_WORDS * i + 1, cell.buckets());
            }
        }

        private void drain(Receiver receiver) {
            region.drainMaxima(groups, maxima);
            for (int i = 0; i < indexes.length; i++) {
                long word = maxima.getAtIndex(ValueLayout.JAVA_LONG, i);
                receiver.accept(indexes[i], region.sumKind().toDouble(word));
            }
        }
    }
}
