package dev.percpu.shard;

import dev.percpu.binding.CellHandle;
import dev.percpu.binding.Region;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The sums of every region in native memory of their own, freed by {@link #close()}. */
final class ShardedSnapshot extends CellSnapshot {
    private final ShardedCellStore store;
    private final int snapshot;
    private final @Nullable JvmSnapshot onJvm;
    private final Arena arena = Arena.ofConfined();
    private final IdentityHashMap<Region, Added> regions = new IdentityHashMap<>();

    /** The cells of one region from that offset on. */
    private record Added(long from, MemorySegment cells) {}

    /**
     * @param snapshot number of this snapshot, given before any cell is read
     * @param onJvm of the cells for which no address space was granted; null if there are none
     */
    ShardedSnapshot(ShardedCellStore store, int snapshot, @Nullable JvmSnapshot onJvm) {
        this.store = store;
        this.snapshot = snapshot;
        this.onJvm = onJvm;
        try {
            for (RegionChain chain : List.of(store.counters(), store.timers(), store.summaries())) {
                for (CellRegion region : chain.regions()) {
                    regions.put(region.region(), sums(region));
                }
            }
        } catch (Throwable e) {
            arena.close();
            throw e;
        }
    }

    private Added sums(CellRegion region) {
        long from = region.firstCell();
        long to = region.end();
        MemorySegment out = arena.allocate(to - from, Layout.CELL_BYTES);
        region.region().sum(from, to, out);
        return new Added(from, out);
    }

    static ShardedSnapshot of(CellSnapshot totals) {
        if (!(totals instanceof ShardedSnapshot those)) {
            throw new IllegalArgumentException("these totals are of another store");
        }
        if (!those.arena.scope().isAlive()) {
            throw new IllegalStateException("these totals are closed");
        }
        return those;
    }

    /** Null if all cells were native when this snapshot was made. */
    @Nullable
    JvmSnapshot onJvm() {
        return onJvm;
    }

    boolean isOf(JvmCellStore other) {
        return store.heapCells() == other;
    }

    /** The cells of a point, or null if they were handed out after this snapshot. */
    @Nullable
    Sums sums(CellHandle point, long bytes) {
        Added added = regions.get(point.region());
        if (added == null) {
            if (!store.owns(point)) {
                throw new IllegalArgumentException("these totals are of another store");
            }
            return null;
        }
        long from = point.offset() - added.from;
        boolean younger = from + bytes > added.cells.byteSize() || snapshot - point.generation() < 0;
        return younger ? null : new Sums(added.cells, from);
    }

    /** Works something out of the cells of a point as they are now. They are nobody else's meanwhile. */
    static <T> T now(CellHandle point, long bytes, Function<Sums, T> reader) {
        return now(0, point.region().shards() + 1, point, bytes, reader);
    }

    /** The same out of the cells of one shard. */
    static <T> T nowOf(int shard, CellHandle point, long bytes, Function<Sums, T> reader) {
        return now(shard, shard + 1, point, bytes, reader);
    }

    private static <T> T now(int first, int last, CellHandle point, long bytes, Function<Sums, T> reader) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(bytes, Layout.CELL_BYTES);
            point.region().sum(first, last, point.offset(), point.offset() + bytes, out);
            return reader.apply(new Sums(out, 0));
        } finally {
            Reference.reachabilityFence(point);
        }
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

        /** Of a counter. */
        double sum() {
            return firstWord(0) + secondWordAsDouble(0);
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
    }
}
