package dev.percpu.shard;

import dev.percpu.binding.BucketIndex;
import dev.percpu.binding.RecordPoint;
import dev.percpu.binding.Region;
import dev.percpu.binding.ReservationRefusedException;
import dev.percpu.binding.SumKind;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The regions of one kind of cell, in the order of their reservation: cells are packed one after the other into the newest, and the
 * next region is reserved when a group does not fit. Thread-safe.
 */
final class RegionChain {
    private static final System.Logger LOG = System.getLogger(RegionChain.class.getName());

    private final ShardPlan plan;
    private final SumKind sumKind;
    private final CopyOnWriteArrayList<CellRegion> regions = new CopyOnWriteArrayList<>();

    RegionChain(ShardPlan plan, SumKind sumKind) {
        this.plan = plan;
        this.sumKind = sumKind;
    }

    /** Where some cells lie: in this region from this offset on. */
    record Place(CellRegion region, long offset) {
        RecordPoint recordPoint(BucketIndex index) {
            return new RecordPoint(region.region(), offset, index);
        }
    }

    /**
     * @param buckets of the group to place; 0 for a single cell without a maximum
     * @throws ReservationRefusedException if no address space was granted, however small
     */
    synchronized Place place(int buckets) {
        long bytes = Layout.groupBytes(buckets);
        CellRegion newest = regions.isEmpty() ? null : regions.getLast();
        if (newest == null || !newest.hasRoomFor(bytes)) {
            newest = reserve(bytes);
            regions.add(newest);
        }
        return new Place(newest, newest.take(bytes, buckets));
    }

    List<CellRegion> regions() {
        return regions;
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
                return new CellRegion(region, regions.size());
            } catch (ReservationRefusedException e) {
                shift--;
                if (shift < Layout.MIN_STRIDE_SHIFT || 1L << shift < 2 * bytes) {
                    throw e;
                }
            }
        }
    }

    /** Sums of one region as of one time, of the cells that were handed out until then. */
    static MemorySegment sums(CellRegion region, java.lang.foreign.Arena arena) {
        long from = region.firstCell();
        long to = region.end();
        MemorySegment out = arena.allocate(to - from, Layout.CELL_BYTES);
        region.region().sum(from, to, out);
        return out;
    }
}
