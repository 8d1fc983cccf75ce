package dev.percpu.shard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Memory by which one thread reads columns, one after the other. To be used and closed by the thread that made it. */
public final class ColumnReader implements AutoCloseable {
    /** Sums that are written before they have left the nearer caches: a group of the most buckets there can be. */
    static final int BYTES = 64 * 1024;

    private final Arena arena = Arena.ofConfined();

    /** Of the pieces that are added up next. */
    final MemorySegment offsets = arena.allocate(ValueLayout.JAVA_LONG, BYTES / Layout.CELL_BYTES);

    /** What they add up to. */
    final MemorySegment sums = arena.allocate(BYTES, Layout.CELL_BYTES);

    @Override
    public void close() {
        arena.close();
    }
}
