package dev.percpu.meter;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantReadWriteLock;
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
     * A lock between scrapes, which drain many cells, and reads of single meters. A scrape holds the write lock while it drains one family.
     * One lock serves all registries, because a lock for each meter would cost memory.
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

    /**
     * Runs an action that drains many cells and {@linkplain #add adds} the results. Other reads wait, because an amount that is drained and
     * not yet added would be missing from them.
     */
    public static void drainMany(Runnable action) {
        DRAIN_LOCK.writeLock().lock();
        try {
            action.run();
        } finally {
            DRAIN_LOCK.writeLock().unlock();
        }
    }

    /**
     * Adds an amount that the caller has drained from the cell.
     *
     * @param drained 0 if there was none
     * @param nowMillis wall-clock time
     * @return the largest amount of the last windows; 0 if there was none
     */
    public synchronized double add(double drained, long nowMillis) {
        age(advanceTo(nowMillis));
        if (drained > 0) {
            if (maxSince == null) {
                maxSince = new double[windows];
            }
            for (int i = 0; i < windows; i++) {
                maxSince[i] = Math.max(maxSince[i], drained);
            }
        }
        return maxSince == null ? 0 : maxSince[windows - 1];
    }

    /** Drains the cell if a window ends within this time from now and was not rotated yet. */
    synchronized void rotate(long nowMillis, long withinMillis) {
        if (startRotation(nowMillis + withinMillis)) {
            drain();
        }
    }

    private synchronized double drain() {
        double drained = cell.getAsDouble();
        return add(drained, clock.wallTime()); // the time after the drain: a window may have ended before it
    }

    private void age(long endedWindows) {
        if (maxSince != null && endedWindows > 0) {
            int kept = (int) Math.max(0, windows - endedWindows);
            System.arraycopy(maxSince, 0, maxSince, windows - kept, kept);
            Arrays.fill(maxSince, 0, windows - kept, 0);
        }
    }
}
