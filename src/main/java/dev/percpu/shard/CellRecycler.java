package dev.percpu.shard;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The cells of removed meters, until other meters reuse them. Not thread-safe: the lock of the {@link RegionChain} guards it.
 *
 * <p>A cell passes through these states:
 *
 * <ol>
 *   <li>Retired: its {@link CellHandle} may still be reachable. Every record and every read keeps the handle reachable until it has ended,
 *       so no thread uses the cell after the handle is unreachable.
 *   <li>In quarantine for a fixed time, as a safety margin.
 *   <li>Cleared and free, for a meter with the same number of buckets.
 * </ol>
 */
final class CellRecycler {
    private final ReferenceQueue<CellHandle> unreachable = new ReferenceQueue<>();
    private final Set<Retired> reachable = Collections.newSetFromMap(new IdentityHashMap<>());
    private final ArrayDeque<Retired> quarantine = new ArrayDeque<>();
    private final Map<Integer, ArrayDeque<Retired>> free = new HashMap<>();
    private final long quarantineNanos;
    private final LongSupplier nanoTime;

    /**
     * @param nanoTime clock of the quarantine, in nanoseconds
     */
    CellRecycler(Duration quarantine, LongSupplier nanoTime) {
        this.quarantineNanos = quarantine.toNanos();
        this.nanoTime = nanoTime;
    }

    /** The cell or group of a removed meter, in every shard of its region. */
    static final class Retired extends PhantomReference<CellHandle> {
        private final CellRegion region;
        private final long offset;
        private final int buckets;
        private long quarantineEndNanos;
        private int generation;

        private Retired(CellHandle handle, ReferenceQueue<CellHandle> queue, CellRegion region, int buckets) {
            super(handle, queue);
            this.region = region;
            this.offset = handle.offset();
            this.buckets = buckets;
        }

        CellRegion region() {
            return region;
        }

        /** Returns the offset in every shard, in bytes. */
        long offset() {
            return offset;
        }

        /** Returns the number of buckets; 0 for a single cell. */
        int buckets() {
            return buckets;
        }

        /** Returns the generation of the first snapshot that has only values of the next meter. */
        int generation() {
            return generation;
        }
    }

    /** Adds the cells of a removed meter. Threads that hold the handle may record and read without limit. */
    void retire(CellHandle handle, CellRegion region, int buckets) {
        reachable.add(new Retired(handle, unreachable, region, buckets));
    }

    /** Removes and returns the next cells at the end of their quarantine. The caller must clear them; null if there are none. */
    @Nullable
    Retired pollQuarantined() {
        for (Retired found = (Retired) unreachable.poll(); found != null; found = (Retired) unreachable.poll()) {
            reachable.remove(found);
            found.quarantineEndNanos = nanoTime.getAsLong() + quarantineNanos;
            quarantine.add(found);
        }
        Retired first = quarantine.peek();
        return first != null && nanoTime.getAsLong() - first.quarantineEndNanos >= 0 ? quarantine.remove() : null;
    }

    /**
     * Makes cleared cells available.
     *
     * @param generation generation of the first snapshot that cannot have read the cells before they were cleared
     */
    void release(Retired cleared, int generation) {
        cleared.generation = generation;
        free.computeIfAbsent(cleared.buckets, size -> new ArrayDeque<>()).add(cleared);
    }

    /** Removes and returns cleared cells with this number of buckets; null if there are none. */
    @Nullable
    Retired pollFree(int buckets) {
        ArrayDeque<Retired> sameSize = free.get(buckets);
        return sameSize == null ? null : sameSize.poll();
    }
}
