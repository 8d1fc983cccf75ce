package dev.percpu.binding;

/**
 * The address of a cell, or of a group of cells, in every shard of a region. Immutable and thread-safe.
 *
 * <p>The handle has all arguments of a record call in one object. While it is reachable, the memory of the cells stays valid.
 */
public final class CellHandle {
    /** Native address of the region. */
    final long region;

    /** Offset of the cell or group in every shard, in bytes. */
    final long offset;

    /** Native address of the bucket index, 0 for none. */
    final long buckets;

    // An int here fills the gap between the object header and the addresses.
    private final int generation;

    // These fields keep the native memory of the addresses reachable.
    private final Region regionOwner;
    private final BucketIndex bucketsOwner;

    /**
     * Creates a handle of generation 0.
     *
     * @param offset offset of the cell or group in every shard, in bytes, as allocated in the region. The native code rounds any other
     *     offset to a multiple of 16 inside the region: records then change a wrong cell, but no memory outside of the region.
     * @param buckets index of the group's buckets, of the region's {@link SumKind}; {@link BucketIndex#NONE} for a counter
     */
    public CellHandle(Region region, long offset, BucketIndex buckets) {
        this(region, offset, buckets, 0);
    }

    /**
     * Creates a handle with a generation.
     *
     * @param generation number that the allocator of the cells stores here; the record calls ignore it
     */
    public CellHandle(Region region, long offset, BucketIndex buckets, int generation) {
        this.generation = generation;
        this.regionOwner = region;
        this.bucketsOwner = buckets;
        this.region = region.address;
        this.offset = offset;
        this.buckets = buckets.address;
    }

    /** Returns the region of the cells. */
    public Region region() {
        return regionOwner;
    }

    /** Returns the offset of the cell or group in every shard, in bytes. */
    public long offset() {
        return offset;
    }

    /** Returns the number that the allocator of the cells has stored. */
    public int generation() {
        return generation;
    }

    @Override
    public String toString() {
        return "offset " + offset + " of " + regionOwner.sumKind()
                + (bucketsOwner == BucketIndex.NONE ? "" : ", with buckets");
    }
}
