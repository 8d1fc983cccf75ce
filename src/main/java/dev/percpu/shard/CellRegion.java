package dev.percpu.shard;

import dev.percpu.binding.Region;
import java.util.Arrays;

/**
 * A region and what of it is handed out. Offsets only grow: the cells below {@link #end()} are those that a snapshot has to read.
 *
 * <p>Written under its {@link RegionChain}'s lock; {@link #end()} and {@link #groups()} may be read by anybody.
 */
final class CellRegion {
    private final Region region;
    private final long firstCell;
    private volatile long end;

    /** Of each group that has a maximum: its offset and its buckets. */
    private volatile Groups groups = new Groups(new long[0], new int[0], 0);

    CellRegion(Region region) {
        this.region = region;
        this.firstCell = region.firstCell();
        this.end = firstCell;
    }

    Region region() {
        return region;
    }

    long firstCell() {
        return firstCell;
    }

    long end() {
        return end;
    }

    boolean hasRoomFor(long bytes) {
        return end + bytes <= region.strideBytes();
    }

    long take(long bytes, int buckets) {
        long offset = end;
        end = offset + bytes; // first: whoever sees the group also sees an end that is past it
        if (buckets > 0) {
            groups = groups.with(offset, buckets);
        }
        return offset;
    }

    Groups groups() {
        return groups;
    }

    /** An append-only list that readers see in a consistent length. */
    record Groups(long[] offsets, int[] buckets, int size) {
        Groups with(long offset, int bucketCount) {
            boolean full = size == offsets.length;
            long[] newOffsets = full ? Arrays.copyOf(offsets, Math.max(16, size * 2)) : offsets;
            int[] newBuckets = full ? Arrays.copyOf(buckets, Math.max(16, size * 2)) : buckets;
            newOffsets[size] = offset;
            newBuckets[size] = bucketCount;
            return new Groups(newOffsets, newBuckets, size + 1);
        }
    }
}
