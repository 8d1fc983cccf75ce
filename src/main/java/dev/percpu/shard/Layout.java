package dev.percpu.shard;

/** The numbers of {@code layout.h} that Java needs too; a test compares the two. The drawing is there. */
final class Layout {
    /** One cell: two words of 8 bytes. */
    static final int CELL_BYTES = 16;

    static final int FIRST_WORD = 0;
    static final int SECOND_WORD = 8;

    static final int MAX_SHARDS = 8192;
    static final int MIN_STRIDE_SHIFT = 16;
    static final int MAX_STRIDE_SHIFT = 40;
    static final long MIN_STRIDE_BYTES = 1L << MIN_STRIDE_SHIFT;
    static final long MAX_STRIDE_BYTES = 1L << MAX_STRIDE_SHIFT;

    private Layout() {}

    /** Bytes of a group: the maximum and then one cell for each bucket. */
    static long groupBytes(int buckets) {
        return (long) (buckets + 1) * CELL_BYTES;
    }

    /** Offset of a bucket's cell in its group. */
    static long bucketOffset(int bucket) {
        return (long) (bucket + 1) * CELL_BYTES;
    }
}
