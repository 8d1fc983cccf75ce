package dev.percpu.shard;

import dev.percpu.binding.CellHandle;
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
 * The cells of removed meters on their way to another meter. They wait, in this order,
 *
 * <ol>
 *   <li>until nobody can reach their {@link CellHandle} any more: every record and every read keeps it reachable to its end, so that no
 *       thread is left that could touch them;
 *   <li>for a quarantine on top, which has to make up for nothing that is known of;
 *   <li>cleared, for a meter that needs as many of them.
 * </ol>
 *
 * <p>Guarded by the lock of its {@link RegionChain}.
 */
final class CellRecycler {
    private final ReferenceQueue<CellHandle> unreachable = new ReferenceQueue<>();
    private final Set<Retired> reachable = Collections.newSetFromMap(new IdentityHashMap<>());
    private final ArrayDeque<Retired> quarantine = new ArrayDeque<>();
    private final Map<Integer, ArrayDeque<Retired>> free = new HashMap<>();
    private final long quarantineNanos;
    private final LongSupplier nanoTime;

    /**
     * @param nanoTime what the quarantine is told by
     */
    CellRecycler(Duration quarantine, LongSupplier nanoTime) {
        this.quarantineNanos = quarantine.toNanos();
        this.nanoTime = nanoTime;
    }

    /** Some cells that belong together, in every shard. */
    static final class Retired extends PhantomReference<CellHandle> {
        private final CellRegion region;
        private final long offset;
        private final int buckets;
        private long untilNanos;
        private int generation;

        Retired(CellHandle point, ReferenceQueue<CellHandle> queue, CellRegion region, int buckets) {
            super(point, queue);
            this.region = region;
            this.offset = point.offset();
            this.buckets = buckets;
        }

        CellRegion region() {
            return region;
        }

        long offset() {
            return offset;
        }

        int buckets() {
            return buckets;
        }

        /** The first snapshot that can see what is recorded here from now on. */
        int generation() {
            return generation;
        }

        void clearedIn(int firstGeneration) {
            generation = firstGeneration;
        }
    }

    /** From now on these cells are waited for. Whoever still holds the point may go on recording and reading. */
    void retire(CellHandle point, CellRegion region, int buckets) {
        reachable.add(new Retired(point, unreachable, region, buckets));
    }

    /** The next cells that nothing can reach and whose quarantine is over, not cleared yet; null if there are none. */
    @Nullable
    Retired nextToClear() {
        for (Retired found = (Retired) unreachable.poll(); found != null; found = (Retired) unreachable.poll()) {
            reachable.remove(found);
            found.untilNanos = nanoTime.getAsLong() + quarantineNanos;
            quarantine.add(found);
        }
        Retired first = quarantine.peek();
        return first != null && nanoTime.getAsLong() - first.untilNanos >= 0 ? quarantine.remove() : null;
    }

    /** Cleared cells are there for whoever needs that many. */
    void release(Retired cleared) {
        free.computeIfAbsent(cleared.buckets, size -> new ArrayDeque<>()).add(cleared);
    }

    /** Cleared cells for a group of that many buckets, or null. */
    @Nullable
    Retired take(int buckets) {
        ArrayDeque<Retired> ofThatSize = free.get(buckets);
        return ofThatSize == null ? null : ofThatSize.poll();
    }
}
