package dev.percpu.meter;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The counts of the last time windows, computed from cumulative counts without timestamps. Thread-safe.
 *
 * <p>The cumulative counts at the end of each window are kept. The result is the current counts less the oldest kept ones. So it covers the
 * elapsed part of the current window and all of the windows before it. Counts that changed between two reads belong to the window of the
 * later read.
 */
final class WindowedCounts extends TimeWindows {
    private static final long[] NONE = {};

    private final int windows;

    /** Cumulative counts at the end of the last windows, one array each, the oldest first; null until something was counted. */
    private @Nullable Deque<long[]> ends;

    /** The latest cumulative counts. */
    private long[] latest = NONE;

    /**
     * @param startMillis start of the first window
     * @param windowMillis length of each window, at least 1
     * @param windows number of windows, at least 1
     */
    WindowedCounts(long startMillis, long windowMillis, int windows) {
        super(startMillis, windowMillis);
        this.windows = windows;
    }

    /**
     * Returns the counts of the last windows; empty if nothing was counted yet.
     *
     * @param counts cumulative counts, the same number in each call; the caller must not change the array afterwards
     */
    synchronized long[] recent(long[] counts, long nowMillis) {
        update(counts, nowMillis);
        if (ends == null) {
            return NONE;
        }
        long[] oldest = ends.element();
        long[] recent = counts.clone();
        for (int i = 0; i < oldest.length; i++) {
            // Another thread may have stored newer counts meanwhile.
            recent[i] = Math.max(0, recent[i] - oldest[i]);
        }
        return recent;
    }

    /**
     * Stores the counts. The last counts stored in a window are the counts at its end.
     *
     * @param counts cumulative counts, the same number in each call; the caller must not change the array afterwards
     */
    synchronized void update(long[] counts, long nowMillis) {
        long ended = Math.min(advanceTo(nowMillis), windows);
        if (ends != null) {
            for (long i = 0; i < ended; i++) {
                ends.remove();
                ends.add(latest);
            }
        }
        // Unchanged counts keep the old array: an idle meter has one array for all windows.
        if (total(counts) > total(latest)) {
            latest = counts;
            if (ends == null) {
                ends = new ArrayDeque<>(windows);
                for (int i = 0; i < windows; i++) {
                    ends.add(NONE);
                }
            }
        }
    }

    /** Returns whether a window that ends at or before {@code untilMillis} has not been rotated. If so, the caller must update. */
    synchronized boolean isRotationDue(long untilMillis) {
        return startRotation(untilMillis);
    }

    private static long total(long[] counts) {
        return Arrays.stream(counts).sum();
    }
}
