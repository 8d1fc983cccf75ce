package dev.percpu.histogram;

import dev.percpu.settings.HistogramMode;
import java.time.Duration;

/** The cells of a native histogram, for the floor that benchmarks compare it with. */
public final class NativeCells {
    private NativeCells() {}

    /** Upper bounds of a timer's cells, in nanoseconds, where nothing is said about the expected durations. */
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
