package dev.percpu.shard;

import dev.percpu.binding.RecordPoint;
import dev.percpu.binding.Region;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The maxima of many cells, drained by one native call per region: what {@code drainMax} of each of them does, without a call for each.
 *
 * <p>Holds on to its cells. Thread-safe; two drains at the same time take turns.
 */
public final class Maxima {
    private static final long GROUP_WORDS = 2;

    private final List<Batch> batches;

    /** Those that are on the heap. */
    private final Map<Integer, ObservationCell> others;

    /** Told what was taken. */
    @FunctionalInterface
    public interface Receiver {
        /**
         * @param place of the cell in the list
         * @param max the largest amount since the last drain, 0 if there was none
         */
        void accept(int place, double max);
    }

    private Maxima(List<Batch> batches, Map<Integer, ObservationCell> others) {
        this.batches = batches;
        this.others = others;
    }

    /** Of these cells, in their order. */
    public static Maxima of(List<? extends ObservationCell> cells) {
        IdentityHashMap<Region, List<Group>> byRegion = new IdentityHashMap<>();
        Map<Integer, ObservationCell> others = new TreeMap<>();
        for (int place = 0; place < cells.size(); place++) {
            Group group = Group.of(cells.get(place), place);
            if (group == null) {
                others.put(place, cells.get(place));
            } else {
                byRegion.computeIfAbsent(group.point.region(), region -> new ArrayList<>())
                        .add(group);
            }
        }
        List<Batch> batches = new ArrayList<>();
        byRegion.forEach((region, groups) -> batches.add(new Batch(region, groups)));
        return new Maxima(batches, others);
    }

    /** Takes the maximum of every cell, and hands each on. Whatever was taken is handed on, unless the receiver throws. */
    public synchronized void drain(Receiver receiver) {
        for (Batch batch : batches) {
            batch.drain(receiver);
        }
        others.forEach((place, cell) -> receiver.accept(
                place,
                switch (cell) {
                    case LongObservationCell longs -> longs.drainMax();
                    case DoubleObservationCell doubles -> doubles.drainMax();
                }));
    }

    private record Group(RecordPoint point, int buckets, boolean ofDoubles, int place) {
        static @Nullable Group of(ObservationCell cell, int place) {
            return switch (cell) {
                case NativeLongObservationCell longs -> new Group(longs.point(), longs.buckets(), false, place);
                case NativeDoubleObservationCell doubles -> new Group(doubles.point(), doubles.buckets(), true, place);
                default -> null;
            };
        }
    }

    /** The cells of one region, which are all of one kind. */
    private static final class Batch {
        private final Region region;
        private final Group[] cells;
        private final MemorySegment groups;
        private final MemorySegment taken;

        private Batch(Region region, List<Group> cells) {
            this.region = region;
            this.cells = cells.toArray(Group[]::new);
            Arena arena = Arena.ofAuto();
            this.groups = arena.allocate(ValueLayout.JAVA_LONG, GROUP_WORDS * this.cells.length);
            this.taken = arena.allocate(ValueLayout.JAVA_LONG, this.cells.length);
            for (int i = 0; i < this.cells.length; i++) {
                groups.setAtIndex(ValueLayout.JAVA_LONG, GROUP_WORDS * i, this.cells[i].point.offset());
                groups.setAtIndex(ValueLayout.JAVA_LONG, GROUP_WORDS * i + 1, this.cells[i].buckets);
            }
        }

        private void drain(Receiver receiver) {
            region.drainMaxima(groups, taken);
            for (int i = 0; i < cells.length; i++) {
                long max = taken.getAtIndex(ValueLayout.JAVA_LONG, i);
                receiver.accept(cells[i].place, cells[i].ofDoubles ? Double.longBitsToDouble(max) : max);
            }
            Reference.reachabilityFence(cells); // the cells are nobody else's meanwhile
        }
    }
}
