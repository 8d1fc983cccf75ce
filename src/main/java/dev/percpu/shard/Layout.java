package dev.percpu.shard;

/** Constants of {@code layout.h}, which draws the memory. A test compares them with the C compiler's. */
final class Layout {
    /** Size of a cell in bytes: two words of 8 bytes. */
    static final int CELL_BYTES = 16;

    /** Offset of the first word of a cell, in bytes. It is the integer part of a counter, or the count of a bucket. */
    static final int FIRST_WORD = 0;

    /** Offset of the second word of a cell, in bytes. It is the double part of a counter, or the sum of a bucket. */
    static final int SECOND_WORD = 8;

    static final int MAX_SHARDS = 8192;
    static final int MIN_STRIDE_SHIFT = 16;
    static final int MAX_STRIDE_SHIFT = 40;
    static final long MIN_STRIDE_BYTES = 1L << MIN_STRIDE_SHIFT;
    static final long MAX_STRIDE_BYTES = 1L << MAX_STRIDE_SHIFT;

    private Layout() {}

    /** Returns the size of a group in bytes. With 0 buckets, it is the size of a single cell. */
    static long groupBytes(int buckets) {
        return (long) Math.max(buckets, 1) * CELL_BYTES;
    }

    /** Returns the offset of a bucket's cell from its group, in bytes. */
    static long bucketOffset(int bucket) {
        return (long) bucket * CELL_BYTES;
    }
}
