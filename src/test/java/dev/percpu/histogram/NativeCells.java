package dev.percpu.histogram;

import dev.percpu.settings.HistogramMode;
import java.time.Duration;

/** The cells of a native histogram, for benchmarks of the native library alone. */
public final class NativeCells {
    private NativeCells() {}

    /** Returns the upper bounds of the cells of a timer with default expected durations, in nanoseconds. */
    public static long[] boundsNanos(int maxBuckets) {
        return NativeHistogramLayout.ofNanos(
                        NativeHistogramSettings.DEFAULT
                                .withMode(HistogramMode.NATIVE)
                                .withMaxBuckets(maxBuckets),
                        Duration.ofMillis(1).toNanos(),
                        Duration.ofSeconds(30).toNanos())
                .cells()
                .longs();
    }
}
