package dev.percpu.meter;

/**
 * Consecutive time windows of equal length. Times are wall-clock milliseconds.
 *
 * <p>This is a base class rather than a field, because a registry may hold a million timers with percentiles. Not
 * thread-safe: subclasses synchronize.
 */
class TimeWindows {
    private final long lengthMillis;

    /** Exclusive end of the current window. */
    private long endMillis;

    /** Exclusive end of the first window for which no rotation was started yet. */
    private long rotationEndMillis;

    /**
     * @param startMillis start of the first window
     * @param lengthMillis length of each window, at least 1
     */
    TimeWindows(long startMillis, long lengthMillis) {
        this.lengthMillis = lengthMillis;
        this.endMillis = startMillis + lengthMillis;
        this.rotationEndMillis = endMillis;
    }

    /** Makes the window that contains this time the current one, and returns the number of windows that have ended. */
    final long advanceTo(long millis) {
        long ended = ended(endMillis, millis, lengthMillis);
        endMillis += ended * lengthMillis;
        return ended;
    }

    /**
     * Returns true if a window ends at or before {@code untilMillis}, and no earlier call has returned true for it. The caller then updates
     * the current window, so that values recorded shortly before its end count for it.
     */
    final boolean startRotation(long untilMillis) {
        long ended = ended(rotationEndMillis, untilMillis, lengthMillis);
        rotationEndMillis += ended * lengthMillis;
        return ended > 0;
    }

    /**
     * Returns the number of windows that have ended at a time.
     *
     * @param firstEndMillis exclusive end of the first window
     */
    static long ended(long firstEndMillis, long millis, long lengthMillis) {
        return millis < firstEndMillis ? 0 : (millis - firstEndMillis) / lengthMillis + 1;
    }
}
