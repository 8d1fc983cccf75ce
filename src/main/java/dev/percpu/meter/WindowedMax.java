package dev.percpu.meter;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleSupplier;

/**
 * A maximum over the last time windows. A record stores no timestamp: each read drains the maximum of the meter into the current window.
 * Thread-safe.
 *
 * <p>An amount counts for the window in which it is drained. So the meter has to be drained shortly before each window ends
 * ({@link #startRotation}).
 */
public final class WindowedMax {
    final MaxColumns columns;

    /** Index of the meter in the columns. */
    final int index;

    private WindowedMax(MaxColumns columns, int index) {
        this.columns = columns;
        this.index = index;
    }

    /** Returns the length of each window in milliseconds. An amount is forgotten after {@code bufferLength} windows. */
    static long windowMillis(DistributionStatisticConfig statistics) {
        return Objects.requireNonNull(statistics.getExpiry()).toMillis();
    }

    /**
     * Drains the meter, and returns the largest amount of the last windows; 0 if there was none.
     *
     * @param drain drains the meter: returns the largest amount since the last call, 0 if there was none
     */
    double poll(DoubleSupplier drain) {
        return columns.poll(index, drain);
    }

    /**
     * Returns whether a window ends within this time from now and was not rotated yet. The caller then drains the meter by {@link #poll}.
     * Allocates nothing, as most windows of many meters do not end.
     */
    boolean startRotation(long nowMillis, long withinMillis) {
        return columns.startRotation(index, nowMillis + withinMillis);
    }

    /** A factory of the maxima of one registry. Thread-safe. */
    public static final class Factory {
        private final Clock clock;

        /** The latest columns of each configuration. */
        private final Map<Windows, MaxColumns> latest = new HashMap<>();

        private record Windows(long lengthMillis, int count) {}

        /** Creates a factory for meters with this clock. */
        public Factory(Clock clock) {
            this.clock = clock;
        }

        /** Returns the maximum of a new meter. Its first window starts now. */
        synchronized WindowedMax create(DistributionStatisticConfig statistics) {
            Windows windows = new Windows(
                    Math.max(1, windowMillis(statistics)),
                    Math.max(1, Objects.requireNonNull(statistics.getBufferLength())));
            MaxColumns columns = latest.get(windows);
            if (columns == null || columns.isFull()) {
                columns = new MaxColumns(clock, windows.lengthMillis, windows.count);
                latest.put(windows, columns);
            }
            return new WindowedMax(columns, columns.add());
        }
    }
}
