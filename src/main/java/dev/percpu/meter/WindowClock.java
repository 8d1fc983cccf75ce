package dev.percpu.meter;

/** Windows of one length, one after the other. Not thread-safe. Times are wall-clock milliseconds. */
final class WindowClock {
    private final long lengthMillis;
    private long endMillis;

    WindowClock(long startMillis, long lengthMillis) {
        this.lengthMillis = lengthMillis;
        this.endMillis = startMillis + lengthMillis;
    }

    /** Whether the current window has ended by that time. If so the window that holds that time becomes the current one. */
    boolean endsBy(long millis) {
        return advanceTo(millis) > 0;
    }

    /** The number of windows that ended up to that time, and makes the one that holds it the current one. */
    long advanceTo(long millis) {
        if (millis < endMillis) {
            return 0;
        }
        long ended = (millis - endMillis) / lengthMillis + 1;
        endMillis += ended * lengthMillis;
        return ended;
    }
}
