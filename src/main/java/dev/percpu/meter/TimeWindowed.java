package dev.percpu.meter;

import io.micrometer.core.instrument.config.InvalidConfigurationException;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;

/** A meter with values of the last time windows: a maximum, percentiles or both. Thread-safe. */
public interface TimeWindowed {
    /**
     * Reads the cells into the current window if that window ends soon. Does nothing if the window ends later, or was rotated already.
     *
     * @param nowMillis wall-clock time
     * @param withinMillis time from now within which a window has to end
     */
    void rotate(long nowMillis, long withinMillis);

    /**
     * Returns the length of the shortest window of a meter with this configuration, in milliseconds.
     *
     * @throws InvalidConfigurationException if a window would be shorter than a millisecond
     */
    static long shortestWindowMillis(DistributionStatisticConfig statistics) {
        return statistics.isPublishingPercentiles()
                ? Percentiles.windowMillis(statistics)
                : WindowedMax.windowMillis(statistics);
    }
}
