package dev.percpu.meter;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.TimeWindowMax;
import java.util.Objects;
import java.util.function.DoubleSupplier;

/**
 * The largest amount of the last windows, out of a cell that knows no time: whoever looks takes the cell's maximum and hands it to
 * Micrometer's own {@link TimeWindowMax}, which lets it age.
 *
 * <p>An amount counts for the window in which it was taken. Somebody therefore has to look shortly before a window ends
 * ({@link #settle}). Thread-safe: taking and handing over are one step, so that no look misses an amount that another look has in hand.
 */
final class WindowedMax {
    private final TimeWindowMax window;
    private final DoubleSupplier drain;
    private final WindowClock due;

    /**
     * @param drain takes the largest amount since it was last called, 0 if there was none
     */
    WindowedMax(Clock clock, DistributionStatisticConfig config, DoubleSupplier drain) {
        this.window = new TimeWindowMax(clock, config);
        this.drain = drain;
        this.due = new WindowClock(clock.wallTime(), windowMillis(config));
    }

    /** How long each of the windows is: an amount is forgotten after {@code bufferLength} of them. */
    static long windowMillis(DistributionStatisticConfig config) {
        return Objects.requireNonNull(config.getExpiry()).toMillis();
    }

    /** The largest amount of the last windows, 0 if there was none. */
    synchronized double poll() {
        take();
        return window.poll();
    }

    /** Looks if a window ends within that time and nobody has looked for its sake yet. */
    synchronized void settle(long nowMillis, long withinMillis) {
        if (due.endsBy(nowMillis + withinMillis)) {
            take();
        }
    }

    private void take() {
        double taken = drain.getAsDouble();
        if (taken > 0) {
            window.record(taken);
        }
    }
}
