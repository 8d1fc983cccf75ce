package dev.percpu.shard;

/**
 * How the shards of a store are laid out.
 *
 * @param shards per-CPU shards, 1 to 8192: one more than the largest index that can occur
 * @param indexOffset offset in struct rseq of the index, bytes: 4 for {@code cpu_id}, 24 for {@code mm_cid}
 * @param strideBytes address space of one shard in one region, a power of two from 64 KiB to 1 TiB; a store that needs more reserves
 *     further regions
 */
public record ShardPlan(int shards, int indexOffset, long strideBytes) {
    /** Enough for a million cells before a second region is reserved. */
    public static final long DEFAULT_STRIDE_BYTES = 16L << 20;

    public ShardPlan {
        if (shards < 1 || shards > Layout.MAX_SHARDS) {
            throw new IllegalArgumentException("shards must be 1 to " + Layout.MAX_SHARDS + ", not " + shards);
        }
        if (Long.bitCount(strideBytes) != 1
                || strideBytes < Layout.MIN_STRIDE_BYTES
                || strideBytes > Layout.MAX_STRIDE_BYTES) {
            throw new IllegalArgumentException("strideBytes must be a power of two from " + Layout.MIN_STRIDE_BYTES
                    + " to " + Layout.MAX_STRIDE_BYTES + ", not " + strideBytes);
        }
    }

    /** With the stride that suits nearly everybody. */
    public ShardPlan(int shards, int indexOffset) {
        this(shards, indexOffset, DEFAULT_STRIDE_BYTES);
    }
}
