package dev.percpu.shard;

import dev.percpu.binding.Region;
import dev.percpu.binding.SumKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * The maxima of many cells, drained by one native call per region: what {@code drainMax} of each of them does, without a call for each.
 *
 * <p>Holds on to its cells. Thread-safe; two drains at the same time take turns.
 */
public final class MaxDrainer {
    private static final long GROUP_WORDS = 2;

    private final List<ObservationCell> cells;
    private final List<Batch> batches;

    /** Of those that are on the heap. */
    private final int[] others;

    /** Told what was taken. */
    @FunctionalInterface
    public interface Receiver {
        /**
         * @param place of the cell in the list
         * @param max the largest amount since the last drain, 0 if there was none
         */
        void accept(int place, double max);
    }

    private MaxDrainer(List<ObservationCell> cells, List<Batch> batches, int[] others) {
        this.cells = cells;
        this.batches = batches;
        this.others = others;
    }

    /** Of these cells, in their order. */
    public static MaxDrainer of(List<? extends ObservationCell> cells) {
        IdentityHashMap<Region, List<Integer>> places = new IdentityHashMap<>();
        List<Integer> others = new ArrayList<>();
        for (int place = 0; place < cells.size(); place++) {
            List<Integer> together = cells.get(place) instanceof ShardedCell cell
                    ? places.computeIfAbsent(cell.point().region(), region -> new ArrayList<>())
                    : others;
            together.add(place);
        }
        List<ObservationCell> held = List.copyOf(cells);
        List<Batch> batches = new ArrayList<>();
        places.forEach((region, ofRegion) -> batches.add(new Batch(region, arrayOf(ofRegion), held)));
        return new MaxDrainer(held, batches, arrayOf(others));
    }

    private static int[] arrayOf(List<Integer> places) {
        return places.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Takes the maximum of every cell, and hands each on. Whatever was taken is handed on, unless the receiver throws. */
    public synchronized void drain(Receiver receiver) {
        for (Batch batch : batches) {
            batch.drain(receiver);
        }
        Reference.reachabilityFence(cells); // they are nobody else's meanwhile
        for (int place : others) {
            receiver.accept(
                    place,
                    switch (cells.get(place)) {
                        case LongObservationCell longs -> longs.drainMax();
                        case DoubleObservationCell doubles -> doubles.drainMax();
                    });
        }
    }

    /** The cells of one region, which are all of one kind. */
    private static final class Batch {
        private final Region region;
        private final int[] places;
        private final MemorySegment groups;
        private final MemorySegment taken;

        private Batch(Region region, int[] places, List<ObservationCell> cells) {
            this.region = region;
            this.places = places;
            Arena arena = Arena.ofAuto();
            this.groups = arena.allocate(ValueLayout.JAVA_LONG, GROUP_WORDS * places.length);
            this.taken = arena.allocate(ValueLayout.JAVA_LONG, places.length);
            for (int i = 0; i < places.length; i++) {
                ShardedCell cell = (ShardedCell) cells.get(places[i]);
                groups.setAtIndex(
                        ValueLayout.JAVA_LONG, GROUP_WORDS * i, cell.point().offset());
                groups.setAtIndex(ValueLayout.JAVA_LONG, GROUP_WORDS * i + 1, cell.buckets());
            }
        }

        private void drain(Receiver receiver) {
            region.drainMaxima(groups, taken);
            boolean doubles = region.sumKind() == SumKind.DOUBLE;
            for (int i = 0; i < places.length; i++) {
                long max = taken.getAtIndex(ValueLayout.JAVA_LONG, i);
                receiver.accept(places[i], doubles ? Double.longBitsToDouble(max) : max);
            }
        }
    }
}
