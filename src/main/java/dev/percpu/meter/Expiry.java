package dev.percpu.meter;

import dev.percpu.shard.CellSnapshot;
import io.micrometer.core.instrument.Clock;
import java.time.Duration;

/**
 * The rule by which scrapes hide idle meters. Thread-safe.
 *
 * <p>A meter with cells is hidden after it has recorded nothing for a configured time. It keeps its handle and its cells. The first scrape
 * after a new recording exposes it again, with everything that it ever counted.
 *
 * <p>Recording is not involved. Each check compares the cells of a meter with its cells at the last check. A change gets the time of the
 * check that detects it. So a meter is never hidden early. It is hidden late by at most the time between two checks. Meters without cells
 * do not expire: the unchanged value of a gauge or function may still be correct.
 */
public final class Expiry {
    /** Number of checks by the background thread in the time until a meter expires. */
    private static final int CHECKS_PER_EXPIRY = 20;

    private static final long MAX_PERIOD_NANOS = Duration.ofMinutes(1).toNanos();

    private final Clock clock;
    private final long afterNanos;
    private final long periodNanos;
    private volatile long checkedNanos;
    private volatile int hidden;

    /**
     * @param clock the clock of the registry. Its monotonic time is used, because a change of the wall clock must not hide meters.
     * @param after time without recordings after which a meter is hidden
     */
    public Expiry(Clock clock, Duration after) {
        this.clock = clock;
        this.afterNanos = after.toNanos();
        this.periodNanos = Math.min(afterNanos / CHECKS_PER_EXPIRY, MAX_PERIOD_NANOS);
        this.checkedNanos = clock.monotonicTime();
    }

    /** Returns the time without recordings after which a meter is hidden, in milliseconds. */
    public long afterMillis() {
        return afterNanos / 1_000_000;
    }

    /** Adds a new meter, which has recorded nothing yet. */
    public void track(CellMeter meter) {
        meter.trackChanges(clock.monotonicTime());
    }

    /** Returns whether the background thread has to check all meters. */
    public boolean isCheckDue() {
        return clock.monotonicTime() - checkedNanos >= periodNanos;
    }

    /** Checks the cells of a meter, and returns whether the meter is hidden. */
    public boolean checkIdle(CellMeter meter, CellSnapshot snapshot) {
        return meter.isIdle(snapshot, clock.monotonicTime(), afterNanos);
    }

    /** Stores the number of hidden meters after a check of all meters. */
    public void finishCheck(int hiddenMeters) {
        hidden = hiddenMeters;
        checkedNanos = clock.monotonicTime();
    }

    /** Returns the number of hidden meters at the last check of all meters. */
    public int hiddenMeters() {
        return hidden;
    }
}
