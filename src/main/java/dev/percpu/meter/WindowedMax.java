package dev.percpu.meter;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The largest amount of the last windows, out of a cell that knows no time: whoever looks takes the cell's maximum, which then ages window
 * by window, as in Micrometer's {@code TimeWindowMax}.
 *
 * <p>An amount counts for the window in which it was taken. Somebody therefore has to look shortly before a window ends
 * ({@link #rotate}). Thread-safe: nobody looks between the moment when an amount is taken and the one when it is noted, so that no look
 * misses what another has in hand. Small as long as there was no amount: most meters of a large registry never have one.
 */
public final class WindowedMax {
    /**
     * Written by whoever takes the maxima of many cells and then notes one after the other, which is over in a millisecond; read by whoever
     * looks. One for all registries, since there is one for every meter otherwise.
     */
    private static final ReentrantReadWriteLock MANY = new ReentrantReadWriteLock();

    private final Clock clock;
    private final DoubleSupplier drain;
    private final long windowMillis;
    private final int windows;

    /** When the current window began. */
    private long startMillis;

    /** When somebody has to look for the sake of a window that ends. */
    private long dueMillis;

    /** The largest amount since the beginning of the window before that many, by number of windows; null as long as there was none. */
    private double @Nullable [] since;

    /**
     * @param drain takes the largest amount since it was last called, 0 if there was none
     */
    WindowedMax(Clock clock, DistributionStatisticConfig config, DoubleSupplier drain) {
        this.clock = clock;
        this.drain = drain;
        this.windowMillis = Math.max(1, windowMillis(config));
        this.windows = Math.max(1, Objects.requireNonNull(config.getBufferLength()));
        this.startMillis = clock.wallTime();
        this.dueMillis = startMillis + windowMillis;
    }

    /** How long each of the windows is: an amount is forgotten after {@code bufferLength} of them. */
    public static long windowMillis(DistributionStatisticConfig config) {
        return Objects.requireNonNull(config.getExpiry()).toMillis();
    }

    /** The largest amount of the last windows, 0 if there was none. */
    double poll() {
        MANY.readLock().lock();
        try {
            return take();
        } finally {
            MANY.readLock().unlock();
        }
    }

    /** Takes the maxima of many cells and {@linkplain #note notes} them. */
    public static void takeMany(Runnable taking) {
        MANY.writeLock().lock();
        try {
            taking.run();
        } finally {
            MANY.writeLock().unlock();
        }
    }

    /**
     * Takes note of what somebody else has taken from the cell.
     *
     * @param taken 0 if there was nothing
     * @param nowMillis by this one's clock
     * @return the largest amount of the last windows, 0 if there was none
     */
    public synchronized double note(double taken, long nowMillis) {
        rotate(nowMillis);
        if (taken > 0) {
            if (since == null) {
                since = new double[windows];
            }
            for (int i = 0; i < windows; i++) {
                since[i] = Math.max(since[i], taken);
            }
        }
        return since == null ? 0 : since[windows - 1];
    }

    /** Looks if a window ends within that time and nobody has looked for its sake yet. */
    synchronized void rotate(long nowMillis, long withinMillis) {
        long aheadMillis = nowMillis + withinMillis;
        if (aheadMillis >= dueMillis) {
            dueMillis += ((aheadMillis - dueMillis) / windowMillis + 1) * windowMillis;
            take();
        }
    }

    /** By then the window may be over: what is taken is of the one that is now. */
    private synchronized double take() {
        return note(drain.getAsDouble(), clock.wallTime());
    }

    private void rotate(long nowMillis) {
        long passed = (nowMillis - startMillis) / windowMillis;
        if (passed <= 0) {
            return;
        }
        startMillis += passed * windowMillis;
        if (since != null) {
            int kept = (int) Math.max(0, windows - passed);
            System.arraycopy(since, 0, since, windows - kept, kept);
            Arrays.fill(since, 0, windows - kept, 0);
        }
    }
}
