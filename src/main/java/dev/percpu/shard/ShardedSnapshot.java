package dev.percpu.shard;

import dev.percpu.binding.Region;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sums of all cells on native shards, in native memory that {@link #close()} frees. Not thread-safe. */
final class ShardedSnapshot extends CellSnapshot {
    private final List<RegionChain> chains;
    private final int generation;
    private final CellSnapshot heapPart;
    private final Arena arena = Arena.ofConfined();
    private final IdentityHashMap<Region, RegionSums> regions = new IdentityHashMap<>();

    /**
     * The sums of one region's cells.
     *
     * @param from offset of the first cell in the region, in bytes
     */
    private record RegionSums(long from, MemorySegment cells) {}

    /**
     * Sums all cells.
     *
     * @param chains all regions of the store
     * @param generation generation of this snapshot, from {@link RecycleLock#nextSnapshot()}
     * @param heapPart snapshot of the cells on the JVM's heap; closed with this one
     */
    ShardedSnapshot(List<RegionChain> chains, int generation, CellSnapshot heapPart) {
        this.chains = chains;
        this.generation = generation;
        this.heapPart = heapPart;
        try {
            for (RegionChain chain : chains) {
                for (CellRegion region : chain.regions()) {
                    regions.put(region.region(), sum(region));
                }
            }
        } catch (Throwable e) {
            arena.close();
            throw e;
        }
    }

    private RegionSums sum(CellRegion region) {
        long from = region.firstCell();
        long to = region.end();
        MemorySegment out = arena.allocate(to - from, Layout.CELL_BYTES);
        region.region().sum(from, to, out);
        return new RegionSums(from, out);
    }

    /**
     * Returns the argument.
     *
     * @throws IllegalArgumentException if the snapshot is of another store
     * @throws IllegalStateException if the snapshot is closed
     */
    static ShardedSnapshot of(CellSnapshot snapshot) {
        if (!(snapshot instanceof ShardedSnapshot sharded)) {
            throw wrongStore();
        }
        if (!sharded.arena.scope().isAlive()) {
            throw new IllegalStateException("snapshot must be open, but was closed");
        }
        return sharded;
    }

    private static IllegalArgumentException wrongStore() {
        return new IllegalArgumentException("snapshot must be of the store of this cell, but was of another store");
    }

    /**
     * Returns the sums of one meter's cells; null if the cells were allocated after this snapshot.
     *
     * @param bytes size of the meter's cells in a shard
     * @throws IllegalArgumentException if the cells are of another store
     */
    @Nullable
    CellSums sums(CellHandle handle, long bytes) {
        RegionSums sums = regions.get(handle.region());
        if (sums == null) {
            if (chains.stream().noneMatch(chain -> chain.owns(handle))) {
                throw wrongStore();
            }
            return null;
        }
        long from = handle.offset() - sums.from;
        // Generations may wrap around, so they are compared by their difference.
        boolean newer = from + bytes > sums.cells.byteSize() || generation - handle.generation() < 0;
        return newer ? null : new CellSums(sums.cells, from);
    }

    @Override
    CellSnapshot heapPart() {
        return heapPart;
    }

    @Override
    public void close() {
        heapPart.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
