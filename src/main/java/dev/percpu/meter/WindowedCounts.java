package dev.percpu.meter;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * What was counted in the last windows, out of counts that only grow and know no time.
 *
 * <p>At the end of each window the counts at the last look are kept; what was counted since the oldest that is kept is the result. So it
 * covers as many windows as there are, less the part of the current one that is still to come. Observations of which nobody knows when
 * they were made, because nobody looked, count for the current window: they are seen once, late, rather than never. Thread-safe.
 */
final class WindowedCounts {
    private static final long[] NONE = {};

    private final WindowClock clock;

    /** The counts at the end of the last windows, the oldest first: one per window. */
    private final Deque<long[]> ends;

    private long[] lastLook = NONE;

    /**
     * @param nowMillis when the first window starts
     * @param windowMillis length of each window, at least 1
     * @param windows number of windows, at least 1
     */
    WindowedCounts(long nowMillis, long windowMillis, int windows) {
        this.clock = new WindowClock(nowMillis, windowMillis);
        this.ends = new ArrayDeque<>(windows);
        for (int i = 0; i < windows; i++) {
            ends.add(NONE);
        }
    }

    /**
     * What was counted in the last windows.
     *
     * @param counts counted in all, always the same number of cells; not changed afterwards by the caller
     */
    synchronized long[] look(long[] counts, long nowMillis) {
        rotate(nowMillis);
        long[] start = ends.element();
        remember(counts);
        long[] recent = counts.clone();
        for (int i = 0; i < start.length; i++) {
            // A reader whose counts are older than those kept meanwhile has seen nothing since.
            recent[i] = Math.max(0, recent[i] - start[i]);
        }
        return recent;
    }

    /** Remembers these counts as what the current window ends with, unless somebody looks later in it. */
    synchronized void rotate(long[] counts, long nowMillis) {
        rotate(nowMillis);
        remember(counts);
    }

    private void rotate(long nowMillis) {
        long ended = Math.min(clock.advanceTo(nowMillis), ends.size());
        for (long i = 0; i < ended; i++) {
            ends.remove();
            ends.add(lastLook);
        }
    }

    private void remember(long[] counts) {
        // The same array for the same counts: an idle meter keeps one, a meter that never recorded keeps none.
        long total = Arrays.stream(counts).sum();
        if (total > Arrays.stream(lastLook).sum()) {
            lastLook = counts;
        }
    }
}
