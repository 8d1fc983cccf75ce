package dev.percpu.shard;

import dev.percpu.binding.Region;
import java.util.Arrays;

/**
 * A region with its allocated cells. Offsets are allocated in ascending order, and a snapshot reads all cells below {@link #end()}.
 *
 * <p>The lock of the {@link RegionChain} guards {@link #allocate}. All other methods are thread-safe.
 */
final class CellRegion {
    private final Region region;
    private final long firstCell;
    private volatile long end;
    private volatile Groups groups = new Groups(new long[0], new int[0], 0);

    CellRegion(Region region) {
        this.region = region;
        this.firstCell = region.firstCell();
        this.end = firstCell;
    }

    Region region() {
        return region;
    }

    /** Returns the offset of the first cell in every shard, in bytes. */
    long firstCell() {
        return firstCell;
    }

    /** Returns the offset after the last allocated cell, in bytes. */
    long end() {
        return end;
    }

    boolean hasRoomFor(long bytes) {
        return end + bytes <= region.strideBytes();
    }

    /**
     * Allocates a cell or a group. The caller has checked {@link #hasRoomFor}.
     *
     * @param buckets number of buckets of the group; 0 for a single cell
     * @return its offset in every shard, in bytes
     */
    long allocate(long bytes, int buckets) {
        long offset = end;
        end = offset + bytes; // before the group: a reader that sees the group must also see an end after it
        if (buckets > 0) {
            groups = groups.with(offset, buckets);
        }
        return offset;
    }

    /** Returns the groups allocated until now. */
    Groups groups() {
        return groups;
    }

    /**
     * The allocated groups. Arrays are shared with later instances, which only append to them.
     *
     * @param offsets offset of each group, in bytes
     * @param buckets number of buckets of each group
     * @param size number of groups
     */
    record Groups(long[] offsets, int[] buckets, int size) {
        private Groups with(long offset, int bucketCount) {
            boolean full = size == offsets.length;
            long[] newOffsets = full ? Arrays.copyOf(offsets, Math.max(16, size * 2)) : offsets;
            int[] newBuckets = full ? Arrays.copyOf(buckets, Math.max(16, size * 2)) : buckets;
            newOffsets[size] = offset;
            newBuckets[size] = bucketCount;
            return new Groups(newOffsets, newBuckets, size + 1);
        }
    }
}
