package dev.percpu.meter;

/** A meter with values of the last windows of time. */
public interface TimeWindowed {
    /** Takes account of what was recorded up to now, if a window of this meter ends within that time. Cheap if none does. */
    void rotate(long nowMillis, long withinMillis);
}
