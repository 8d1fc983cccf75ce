package dev.percpu.meter;

import io.micrometer.core.instrument.Clock;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The maxima of some meters over their last time windows, side by side in arrays. So a meter has no objects of its own, and a scrape reads
 * few cache lines of windows. Windows age as in Micrometer's {@code TimeWindowMax}.
 *
 * <p>Thread-safe. Draining a meter and adding the result to a window are one step for other readers. There is no array of maxima until the
 * first amount, because most meters of a large registry never record one.
 */
final class MaxColumns {
    /** Number of meters. The memory of a removed meter is freed after all of them are removed, so they are few. */
    private static final int METERS = 32;

    /**
     * A lock between scrapes, which drain many meters, and reads of single meters. A scrape holds the write lock while it drains one family.
     * A read holds the read lock and the monitor of its columns. One lock serves all registries.
     */
    private static final ReentrantReadWriteLock DRAIN_LOCK = new ReentrantReadWriteLock();

    private final Clock clock;
    private final long lengthMillis;
    private final int windows;
    private int size;

    /** Exclusive end of each meter's current window. */
    private final long[] endMillis = new long[METERS];

    /** Exclusive end of each meter's first window for which no rotation was started yet. */
    private final long[] rotationEndMillis = new long[METERS];

    /**
     * The largest amounts, by meter. Element i of a meter is the largest amount since the start of the window that is i windows before the
     * current one. Null without amounts.
     */
    private double @Nullable [] maxSince;

    /**
     * Creates columns without meters.
     *
     * @param lengthMillis length of each window, at least 1
     * @param windows number of windows, at least 1
     */
    MaxColumns(Clock clock, long lengthMillis, int windows) {
        this.clock = clock;
        this.lengthMillis = lengthMillis;
        this.windows = windows;
    }

    /** Returns whether no meter can be added. The caller synchronizes this call and that of {@link #add()}. */
    boolean isFull() {
        return size == METERS;
    }

    /** Adds a meter, whose first window starts now. Returns its index. */
    int add() {
        endMillis[size] = clock.wallTime() + lengthMillis;
        rotationEndMillis[size] = endMillis[size];
        return size++;
    }

    /**
     * Drains a meter, and returns the largest amount of its last windows; 0 if there was none.
     *
     * @param drain drains the meter: returns the largest amount since the last call, 0 if there was none
     */
    double poll(int index, DoubleSupplier drain) {
        DRAIN_LOCK.readLock().lock();
        try {
            return pollLocked(index, drain);
        } finally {
            DRAIN_LOCK.readLock().unlock();
        }
    }

    private synchronized double pollLocked(int index, DoubleSupplier drain) {
        double drained = drain.getAsDouble();
        return add(index, drained, clock.wallTime()); // the time after the drain: a window may have ended before it
    }

    /**
     * Returns true if a meter's window ends at or before {@code untilMillis}, and no earlier call has returned true for it. The caller then
     * drains the meter, so that amounts recorded shortly before the end of the window count for it.
     */
    synchronized boolean startRotation(int index, long untilMillis) {
        long ended = TimeWindows.ended(rotationEndMillis[index], untilMillis, lengthMillis);
        rotationEndMillis[index] += ended * lengthMillis;
        return ended > 0;
    }

    /** Runs an action that drains many meters and {@linkplain #add adds} the results. Other reads wait meanwhile. */
    static void drainMany(Runnable action) {
        DRAIN_LOCK.writeLock().lock();
        try {
            action.run();
        } finally {
            DRAIN_LOCK.writeLock().unlock();
        }
    }

    /**
     * Adds an amount that was drained from a meter. The caller is in {@link #drainMany}, or holds the read lock and the monitor of
     * this object.
     *
     * @param drained 0 if there was none
     * @return the largest amount of the last windows; 0 if there was none
     */
    double add(int index, double drained, long nowMillis) {
        long ended = TimeWindows.ended(endMillis[index], nowMillis, lengthMillis);
        if (ended > 0) {
            endMillis[index] += ended * lengthMillis;
            age(index, ended);
        }
        double[] amounts = maxSince;
        if (drained > 0) {
            if (amounts == null) {
                amounts = new double[METERS * windows];
                maxSince = amounts;
            }
            for (int i = index * windows; i < (index + 1) * windows; i++) {
                amounts[i] = Math.max(amounts[i], drained);
            }
        }
        return amounts == null ? 0 : amounts[(index + 1) * windows - 1];
    }

    private void age(int index, long ended) {
        if (maxSince != null) {
            int kept = (int) Math.max(0, windows - ended);
            int from = index * windows;
            int to = from + windows;
            System.arraycopy(maxSince, from, maxSince, to - kept, kept);
            Arrays.fill(maxSince, from, to - kept, 0);
        }
    }
}
