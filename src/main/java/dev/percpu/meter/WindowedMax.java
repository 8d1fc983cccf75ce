package dev.percpu.meter;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/**
 * A maximum over the last time windows. Cells store no timestamps: each read drains the maximum of the cell into the current window.
 * Thread-safe.
 *
 * <p>An amount counts for the window in which it is drained. So the cell has to be drained shortly before each window ends
 * ({@link #startRotation}).
 */
public final class WindowedMax {
    private final MaxColumns columns;
    private final int index;

    private WindowedMax(MaxColumns columns, int index) {
        this.columns = columns;
        this.index = index;
    }

    /** Returns the length of each window in milliseconds. An amount is forgotten after {@code bufferLength} windows. */
    static long windowMillis(DistributionStatisticConfig statistics) {
        return Objects.requireNonNull(statistics.getExpiry()).toMillis();
    }

    /**
     * Drains the cell, and returns the largest amount of the last windows; 0 if there was none.
     *
     * @param cell drains the cell: returns the largest amount since the last call, 0 if there was none
     */
    double poll(DoubleSupplier cell) {
        return columns.poll(index, cell);
    }

    /**
     * Returns whether a window ends within this time from now and was not rotated yet. The caller then drains the cell by {@link #poll}.
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

    /** The maxima of many meters, which a scrape reads together. Immutable and thread-safe. */
    public static final class Batch {
        private final MaxColumns[] columns;
        private final int[] indexes;

        /** Creates a batch of maxima in this order. */
        public Batch(List<WindowedMax> maxima) {
            columns = maxima.stream().map(max -> max.columns).toArray(MaxColumns[]::new);
            indexes = maxima.stream().mapToInt(max -> max.index).toArray();
        }

        /**
         * Drains the cells of all meters. Other reads wait, because an amount that is drained and not yet added to its windows would be
         * missing from them.
         *
         * @param drainer drains the cells: stores the largest amount of each since the last call, 0 if there was none
         * @param nowMillis wall-clock time
         * @param results receives the largest amount of each meter's last windows; may be longer than the number of meters
         */
        public void poll(Consumer<double[]> drainer, long nowMillis, double[] results) {
            MaxColumns.drainMany(() -> {
                drainer.accept(results);
                for (int i = 0; i < indexes.length; i++) {
                    results[i] = columns[i].add(indexes[i], results[i], nowMillis);
                }
            });
        }
    }
}
