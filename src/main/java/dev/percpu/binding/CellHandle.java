package dev.percpu.binding;

/**
 * Where a meter records to: a cell, or a group of cells with its buckets. All that a record call passes on is in this one object, which
 * holds the memory behind it: who can reach it can record safely. Immutable, thread-safe.
 */
public final class CellHandle {
    /** Of the native region, the cell or group in every shard, and the native bucket index, 0 for none. */
    final long region;

    final long offset;
    final long buckets;

    /** Fits into the gap between header and addresses. */
    private final int generation;

    /** Kept reachable: their memory lives as long as they do. */
    private final Region regionOwner;

    private final BucketIndex bucketsOwner;

    /**
     * @param offset of the cell or group in every shard, bytes; a multiple of 16 that the region's allocator handed out. Another one
     *     reaches a wrong cell, but nothing outside of the region.
     * @param buckets of the group, made for the region's kind of sums; {@link BucketIndex#NONE} for a counter
     */
    public CellHandle(Region region, long offset, BucketIndex buckets) {
        this(region, offset, buckets, 0);
    }

    /**
     * @param generation a number that the allocator of the cells wants back; means nothing here
     */
    public CellHandle(Region region, long offset, BucketIndex buckets, int generation) {
        this.generation = generation;
        this.regionOwner = region;
        this.bucketsOwner = buckets;
        this.region = region.address;
        this.offset = offset;
        this.buckets = buckets.address;
    }

    /** The region that the cells are in. */
    public Region region() {
        return regionOwner;
    }

    /** Of the cell or group in every shard, bytes. */
    public long offset() {
        return offset;
    }

    /** What the allocator of the cells gave along with them. */
    public int generation() {
        return generation;
    }

    @Override
    public String toString() {
        return "offset " + offset + " of " + regionOwner.sumKind()
                + (bucketsOwner == BucketIndex.NONE ? "" : ", with buckets");
    }
}
