package dev.percpu.meter;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A maximum over the last time windows. Cells store no timestamps: each read drains the maximum of the cell into the current window. Windows
 * age as in Micrometer's {@code TimeWindowMax}.
 *
 * <p>An amount counts for the window in which it is drained. So the cell has to be drained shortly before each window ends
 * ({@link #rotate}).
 *
 * <p>Thread-safe. Draining the cell and adding the result to the window are one step for other readers. There is no array until the first
 * amount, because most meters of a large registry never record one.
 */
public final class WindowedMax extends TimeWindows {
    /**
     * A lock between scrapes, which drain many cells, and reads of single meters. A scrape holds the write lock while it drains one family:
     * a lock for each meter would cost more than its maximum. A read holds the read lock and the monitor of its maximum. One lock serves
     * all registries, because a lock for each meter would cost memory.
     */
    private static final ReentrantReadWriteLock DRAIN_LOCK = new ReentrantReadWriteLock();

    private final Clock clock;
    private final DoubleSupplier cell;
    private final int windows;

    /** At index i: the largest amount since the start of the window that is i windows before the current one. Null without amounts. */
    private double @Nullable [] maxSince;

    /**
     * @param cell drains the cell: returns the largest amount since the last call, 0 if there was none
     */
    WindowedMax(Clock clock, DistributionStatisticConfig statistics, DoubleSupplier cell) {
        super(clock.wallTime(), Math.max(1, windowMillis(statistics)));
        this.clock = clock;
        this.cell = cell;
        this.windows = Math.max(1, Objects.requireNonNull(statistics.getBufferLength()));
    }

    /** Returns the length of each window in milliseconds. An amount is forgotten after {@code bufferLength} windows. */
    static long windowMillis(DistributionStatisticConfig statistics) {
        return Objects.requireNonNull(statistics.getExpiry()).toMillis();
    }

    /** Drains the cell, and returns the largest amount of the last windows; 0 if there was none. */
    double poll() {
        DRAIN_LOCK.readLock().lock();
        try {
            return drain();
        } finally {
            DRAIN_LOCK.readLock().unlock();
        }
    }

    /** Drains the cell if a window ends within this time from now and was not rotated yet. */
    void rotate(long nowMillis, long withinMillis) {
        DRAIN_LOCK.readLock().lock();
        try {
            rotateOnce(nowMillis + withinMillis);
        } finally {
            DRAIN_LOCK.readLock().unlock();
        }
    }

    private synchronized void rotateOnce(long untilMillis) {
        if (startRotation(untilMillis)) {
            drain();
        }
    }

    private synchronized double drain() {
        double drained = cell.getAsDouble();
        return add(drained, clock.wallTime()); // the time after the drain: a window may have ended before it
    }

    /**
     * Drains the cells of many meters. Other reads wait, because an amount that is drained and not yet added to its windows would be
     * missing from them.
     *
     * @param drainer drains the cells: stores the largest amount of each since the last call, 0 if there was none
     * @param windows the windows of each meter, in the order of the cells
     * @param nowMillis wall-clock time
     * @param maxima receives the largest amount of each meter's last windows; at least as long as {@code windows}
     */
    public static void pollAll(Consumer<double[]> drainer, WindowedMax[] windows, long nowMillis, double[] maxima) {
        DRAIN_LOCK.writeLock().lock();
        try {
            drainer.accept(maxima);
            for (int i = 0; i < windows.length; i++) {
                maxima[i] = windows[i].add(maxima[i], nowMillis);
            }
        } finally {
            DRAIN_LOCK.writeLock().unlock();
        }
    }

    /**
     * Adds an amount that was drained from the cell. The caller holds the write lock, or the read lock and the monitor of this object.
     *
     * @param drained 0 if there was none
     * @return the largest amount of the last windows; 0 if there was none
     */
    private double add(double drained, long nowMillis) {
        age(advanceTo(nowMillis));
        double[] amounts = maxSince;
        if (drained > 0) {
            if (amounts == null) {
                amounts = new double[windows];
                maxSince = amounts;
            }
            for (int i = 0; i < amounts.length; i++) {
                amounts[i] = Math.max(amounts[i], drained);
            }
        }
        return amounts == null ? 0 : amounts[amounts.length - 1];
    }

    private void age(long endedWindows) {
        if (maxSince != null && endedWindows > 0) {
            int kept = (int) Math.max(0, windows - endedWindows);
            System.arraycopy(maxSince, 0, maxSince, windows - kept, kept);
            Arrays.fill(maxSince, 0, windows - kept, 0);
        }
    }
}
