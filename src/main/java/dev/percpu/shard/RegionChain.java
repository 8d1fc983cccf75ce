package dev.percpu.shard;

import dev.percpu.binding.BucketIndex;
import dev.percpu.binding.CellHandle;
import dev.percpu.binding.Region;
import dev.percpu.binding.ReservationRefusedException;
import dev.percpu.binding.SumKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The regions of one kind of cell, in the order of their reservation: cells of removed meters are used again, others are packed one after
 * the other into the newest region, and the next is reserved when a group does not fit. Thread-safe.
 */
final class RegionChain {
    private static final System.Logger LOG = System.getLogger(RegionChain.class.getName());

    /** What a registration does at most for those that come after it. */
    private static final int CLEARED_PER_PLACE = 2;

    private final ShardPlan plan;
    private final SumKind sumKind;
    private final RecycleLock clearing;
    private final CellRecycler retired;
    private final CopyOnWriteArrayList<CellRegion> regions = new CopyOnWriteArrayList<>();

    /** Per shard, observations in groups that were cleared; read and written under the clearing's lock. */
    private final long[] clearedRecords;

    RegionChain(ShardPlan plan, SumKind sumKind, RecycleLock clearing, CellRecycler retired) {
        this.plan = plan;
        this.sumKind = sumKind;
        this.clearing = clearing;
        this.retired = retired;
        this.clearedRecords = new long[plan.shards() + 1];
    }

    /**
     * Hands out cells that read as zero.
     *
     * @param buckets of the group to place; 0 for a single cell without a maximum
     * @throws ReservationRefusedException if no address space was granted, however small
     */
    synchronized CellHandle place(int buckets, BucketIndex index) {
        recycle(CLEARED_PER_PLACE);
        CellRecycler.Retired used = retired.take(buckets);
        if (used != null) {
            return new CellHandle(used.region().region(), used.offset(), index, used.generation());
        }
        long bytes = Layout.groupBytes(buckets);
        CellRegion newest = regions.isEmpty() ? null : regions.getLast();
        if (newest == null || !newest.hasRoomFor(bytes)) {
            newest = reserve(bytes);
            regions.add(newest);
        }
        return new CellHandle(newest.region(), newest.take(bytes, buckets), index);
    }

    /** Takes cells back that {@link #place} handed out, for others once nobody can reach the point any more. */
    synchronized void retire(CellHandle point, int buckets) {
        for (CellRegion region : regions) {
            if (isIn(point, region)) {
                retired.retire(point, region, buckets);
                return;
            }
        }
        throw new IllegalArgumentException(point + " is of another store");
    }

    /** Clears cells whose time has come, at most so many groups of them, so that they can be handed out again. */
    synchronized void recycle(int most) {
        for (int i = 0; i < most; i++) {
            CellRecycler.Retired next = retired.nextToClear();
            if (next == null) {
                return;
            }
            next.clearedIn(clearing.clear(() -> clear(next)));
            retired.release(next);
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
            return records(cells, 0, buckets);
        }
    }

    /** The counts of all buckets of a group at that offset of cells that were added up. */
    static long records(MemorySegment cells, long group, int buckets) {
        long records = 0;
        for (int bucket = 0; bucket < buckets; bucket++) {
            records += cells.get(ValueLayout.JAVA_LONG, group + Layout.bucketOffset(bucket));
        }
        return records;
    }

    /** Observations in that shard of groups that are not there any more. */
    long clearedRecords(int shard) {
        return clearedRecords[shard];
    }

    List<CellRegion> regions() {
        return regions;
    }

    boolean owns(CellHandle point) {
        return regions.stream().anyMatch(region -> isIn(point, region));
    }

    @SuppressWarnings("ReferenceEquality") // a region is one mapping
    private static boolean isIn(CellHandle point, CellRegion region) {
        return region.region() == point.region();
    }

    /** A reservation that is refused is tried again with half the stride, down to what the group needs. */
    private CellRegion reserve(long bytes) {
        int shift = Long.numberOfTrailingZeros(plan.strideBytes());
        while (true) {
            try {
                Region region = Region.reserve(plan.shards(), shift, sumKind, plan.indexOffset());
                if (region.strideBytes() < plan.strideBytes()) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "Shards of {0} bytes were refused: cells now come from regions with shards of {1} bytes",
                            plan.strideBytes(),
                            region.strideBytes());
                }
                if (region.firstCell() + bytes > region.strideBytes()) {
                    throw new IllegalArgumentException("a group of " + bytes + " bytes does not fit a shard of "
                            + region.strideBytes() + " bytes");
                }
                return new CellRegion(region);
            } catch (ReservationRefusedException e) {
                shift--;
                if (shift < Layout.MIN_STRIDE_SHIFT || 1L << shift < 2 * bytes) {
                    throw e;
                }
            }
        }
    }
}
