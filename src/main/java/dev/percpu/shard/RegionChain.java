package dev.percpu.shard;

import dev.percpu.binding.Region;
import dev.percpu.binding.ReservationRefusedException;
import dev.percpu.binding.SumKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The regions of one kind of cell, in the order of their reservation. Thread-safe.
 *
 * <p>It allocates the cells of removed meters first. Other cells are allocated in the newest region, and a further region is reserved when
 * a group does not fit.
 */
final class RegionChain {
    private static final System.Logger LOG = System.getLogger(RegionChain.class.getName());

    /** Number of retired cells that one allocation clears at most. */
    private static final int CLEARED_PER_ALLOCATION = 2;

    private final ShardPlan plan;
    private final SumKind sumKind;
    private final RecycleLock recycleLock;
    private final CellRecycler recycler;
    private final CopyOnWriteArrayList<CellRegion> regions = new CopyOnWriteArrayList<>();

    /** Observations in groups that were cleared, by shard; guarded by {@link #recycleLock}. */
    private final long[] clearedRecords;

    RegionChain(ShardPlan plan, SumKind sumKind, RecycleLock recycleLock, CellRecycler recycler) {
        this.plan = plan;
        this.sumKind = sumKind;
        this.recycleLock = recycleLock;
        this.recycler = recycler;
        this.clearedRecords = new long[plan.shards() + 1];
    }

    /**
     * The memory of a new cell or group.
     *
     * @param offset offset in every shard, in bytes
     * @param generation generation of the first snapshot that has only values of this cell
     */
    record Allocation(Region region, long offset, int generation) {}

    /**
     * Allocates cells that are 0.
     *
     * @param buckets number of buckets of the group; 0 for a single cell
     * @throws ReservationRefusedException if the kernel refuses even the smallest region for the group
     */
    synchronized Allocation allocate(int buckets) {
        recycle(CLEARED_PER_ALLOCATION);
        CellRecycler.Retired reused = recycler.pollFree(buckets);
        if (reused != null) {
            return new Allocation(reused.region().region(), reused.offset(), reused.generation());
        }
        long bytes = Layout.groupBytes(buckets);
        CellRegion newest = regions.isEmpty() ? null : regions.getLast();
        if (newest == null || !newest.hasRoomFor(bytes)) {
            newest = reserve(bytes);
            regions.add(newest);
        }
        return new Allocation(newest.region(), newest.allocate(bytes, buckets), 0);
    }

    /**
     * Takes back cells that {@link #allocate} has returned. They are reused after the handle is unreachable.
     *
     * @throws IllegalArgumentException if the handle is of another store
     */
    synchronized void retire(CellHandle handle, int buckets) {
        for (CellRegion region : regions) {
            if (isIn(handle, region)) {
                recycler.retire(handle, region, buckets);
                return;
            }
        }
        throw new IllegalArgumentException("cell must be of this store, but was of another: " + handle);
    }

    /**
     * Clears retired cells at the end of their quarantine.
     *
     * @param limit largest number of cells or groups to clear
     */
    synchronized void recycle(int limit) {
        for (int i = 0; i < limit; i++) {
            CellRecycler.Retired next = recycler.pollQuarantined();
            if (next == null) {
                return;
            }
            recycler.release(next, recycleLock.clear(() -> clear(next)));
        }
    }

    private void clear(CellRecycler.Retired cells) {
        Region region = cells.region().region();
        long end = cells.offset() + Layout.groupBytes(cells.buckets());
        if (cells.buckets() > 0) {
            for (int shard = 0; shard < clearedRecords.length; shard++) {
                clearedRecords[shard] += records(region, shard, cells.offset(), cells.buckets());
            }
        }
        region.clear(cells.offset(), end);
    }

    private static long records(Region region, int shard, long group, int buckets) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cells = arena.allocate(Layout.groupBytes(buckets), Layout.CELL_BYTES);
            region.sum(shard, shard + 1, group, group + cells.byteSize(), cells);
            return new CellSums(cells, 0).count(buckets);
        }
    }

    /** Returns the regions in the order of their reservation. The list grows when a region is added. */
    List<CellRegion> regions() {
        return regions;
    }

    /** Returns whether a handle is of this chain. */
    boolean owns(CellHandle handle) {
        return regions.stream().anyMatch(region -> isIn(handle, region));
    }

    @SuppressWarnings("ReferenceEquality") // a region is one mapping
    private static boolean isIn(CellHandle handle, CellRegion region) {
        return region.region() == handle.region();
    }

    /**
     * Returns the number of observations in one shard since the store was created.
     *
     * <p>Must be called in {@link RecycleLock#readConsistently}: otherwise, observations in cells that are cleared during the call
     * may be missing.
     */
    long records(int shard) {
        long records = clearedRecords[shard];
        for (CellRegion region : regions) {
            records += records(region, shard);
        }
        return records;
    }

    private static long records(CellRegion region, int shard) {
        CellRegion.Groups groups = region.groups();
        long from = region.firstCell();
        long to = region.end();
        long records = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cells = arena.allocate(to - from, Layout.CELL_BYTES);
            region.region().sum(shard, shard + 1, from, to, cells);
            for (int i = 0; i < groups.size(); i++) {
                records += new CellSums(cells, groups.offsets()[i] - from).count(groups.buckets()[i]);
            }
        }
        return records;
    }

    /** Adds the shards in which a cell is not 0. */
    void addRecordedShards(BitSet recorded) {
        for (CellRegion region : regions) {
            addRecordedShards(region, recorded);
        }
    }

    private static void addRecordedShards(CellRegion region, BitSet recorded) {
        int shards = region.region().shards() + 1;
        long from = region.firstCell();
        long end = region.end();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cells = arena.allocate(Math.max(end - from, Layout.CELL_BYTES), Layout.CELL_BYTES);
            MemorySegment zeros = arena.allocate(cells.byteSize(), Layout.CELL_BYTES);
            for (int shard = recorded.nextClearBit(0); shard < shards; shard = recorded.nextClearBit(shard + 1)) {
                region.region().sum(shard, shard + 1, from, end, cells);
                if (cells.mismatch(zeros) >= 0) {
                    recorded.set(shard);
                }
            }
        }
    }

    /** Reserves a region. If the kernel refuses it, the size is halved, down to what the group needs. */
    private CellRegion reserve(long bytes) {
        int shift = Long.numberOfTrailingZeros(plan.strideBytes());
        ReservationRefusedException refused = null;
        while (true) {
            try {
                Region region = Region.reserve(plan.shards(), shift, sumKind, plan.indexOffset());
                if (refused != null) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "The kernel refused shards of {0} bytes (errno {1}); new cells are in shards of {2} bytes",
                            plan.strideBytes(),
                            refused.errno(),
                            region.strideBytes());
                }
                if (region.firstCell() + bytes > region.strideBytes()) {
                    throw new IllegalArgumentException("a group must be at most "
                            + (region.strideBytes() - region.firstCell()) + " bytes, but was " + bytes);
                }
                return new CellRegion(region);
            } catch (ReservationRefusedException e) {
                refused = e;
                shift--;
                if (shift < Layout.MIN_STRIDE_SHIFT || 1L << shift < 2 * bytes) {
                    throw e;
                }
            }
        }
    }
}
