package dev.percpu.shard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** Memory by which one thread reads columns, one after the other. To be used and closed by the thread that made it. */
public final class ColumnReader implements AutoCloseable {
    /** Sums that are written before they have left the nearer caches: a group of the most buckets there can be. */
    static final int BYTES = 64 * 1024;

    private final Arena arena = Arena.ofConfined();

    /** Where the ranges are that are added up next. */
    final MemorySegment offsets;

    /** What they add up to. */
    final MemorySegment sums;

    /** Whose the sums are. */
    @Nullable
    Object holds;

    public ColumnReader() {
        try {
            offsets = arena.allocate(ValueLayout.JAVA_LONG, BYTES / Layout.CELL_BYTES);
            sums = arena.allocate(BYTES, Layout.CELL_BYTES);
        } catch (Throwable e) {
            arena.close();
            throw e;
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
