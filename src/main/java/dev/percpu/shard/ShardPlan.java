package dev.percpu.shard;

/**
 * The number and the size of the shards of a store. Immutable and thread-safe.
 *
 * @param shards number of per-CPU shards, 1 to 8192: one more than the largest possible index
 * @param indexOffset offset of the index in struct rseq, in bytes: 4 for {@code cpu_id}, 24 for {@code mm_cid}
 * @param strideBytes address space of one shard in one region, in bytes: a power of two from 64 KiB to 1 TiB. A store that needs more
 *     reserves further regions.
 */
public record ShardPlan(int shards, int indexOffset, long strideBytes) {
    /** Default of {@link #strideBytes()}: enough for a million cells in the first region. */
    public static final long DEFAULT_STRIDE_BYTES = 16L << 20;

    public ShardPlan {
        if (shards < 1 || shards > Layout.MAX_SHARDS) {
            throw new IllegalArgumentException("shards must be 1 to " + Layout.MAX_SHARDS + ", but was " + shards);
        }
        if (Long.bitCount(strideBytes) != 1
                || strideBytes < Layout.MIN_STRIDE_BYTES
                || strideBytes > Layout.MAX_STRIDE_BYTES) {
            throw new IllegalArgumentException("strideBytes must be a power of two from " + Layout.MIN_STRIDE_BYTES
                    + " to " + Layout.MAX_STRIDE_BYTES + ", but was " + strideBytes);
        }
    }

    /** Creates a plan with the default stride. */
    public ShardPlan(int shards, int indexOffset) {
        this(shards, indexOffset, DEFAULT_STRIDE_BYTES);
    }
}
