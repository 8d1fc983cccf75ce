package dev.percpu.meter;

import dev.percpu.shard.CellSnapshot;
import io.micrometer.core.instrument.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The rule by which scrapes hide idle meters. Thread-safe.
 *
 * <p>A meter with cells is hidden after it has recorded nothing for its own time, or the time of the registry. It keeps its handle and its cells. The first scrape
 * after a new recording exposes it again, with everything that it ever counted.
 *
 * <p>Recording is not involved. Each check compares the cells of a meter with its cells at the last check. A change gets the time of the
 * check that detects it. So a meter is never hidden early. It is hidden late by at most the time between two checks. A gauge that is set is
 * checked in the same way. Other meters without cells do not expire: the unchanged value of a gauge or function may still be correct.
 */
public final class Expiry {
    /** Number of checks by the background thread in the time until a meter expires. */
    private static final int CHECKS_PER_EXPIRY = 20;

    private static final long MAX_PERIOD_NANOS = Duration.ofMinutes(1).toNanos();

    private final Clock clock;
    private final @Nullable Duration after;
    private final AtomicLong shortestNanos = new AtomicLong(Long.MAX_VALUE);
    private volatile long checkedNanos;
    private volatile int hidden;

    /**
     * @param clock the clock of the registry. Its monotonic time is used, because a change of the wall clock must not hide meters.
     * @param after time without recordings after which a meter without its own time is hidden; null for never
     */
    public Expiry(Clock clock, @Nullable Duration after) {
        this.clock = clock;
        this.after = after;
        this.checkedNanos = clock.monotonicTime();
        if (after != null) {
            shortestNanos.set(after.toNanos());
        }
    }

    /** Returns whether any meter can be hidden. */
    public boolean isActive() {
        return shortestNanos.get() < Long.MAX_VALUE;
    }

    /**
     * Adds a new meter, which has recorded nothing yet.
     *
     * @param ownAfter time without recordings after which it is hidden; null for the time of the registry
     */
    public void track(CellMeter meter, @Nullable Duration ownAfter) {
        long idleNanos = include(ownAfter);
        if (idleNanos < Long.MAX_VALUE) {
            meter.trackChanges(clock.monotonicTime(), idleNanos);
        }
    }

    /**
     * Adds a new gauge.
     *
     * @param ownAfter time without a value after which it is hidden; null for the time of the registry
     */
    public void track(SettableGauge gauge, @Nullable Duration ownAfter) {
        long idleNanos = include(ownAfter);
        if (idleNanos < Long.MAX_VALUE) {
            gauge.trackChanges(clock, idleNanos);
        }
    }

    private long include(@Nullable Duration ownAfter) {
        Duration shown = ownAfter == null ? after : ownAfter;
        if (shown == null) {
            return Long.MAX_VALUE;
        }
        long idleNanos = shown.toNanos();
        shortestNanos.accumulateAndGet(idleNanos, Math::min);
        return idleNanos;
    }

    /** Returns whether the background thread has to check all meters. */
    public boolean isCheckDue() {
        long periodNanos = Math.min(shortestNanos.get() / CHECKS_PER_EXPIRY, MAX_PERIOD_NANOS);
        return isActive() && clock.monotonicTime() - checkedNanos >= periodNanos;
    }

    /** Checks the cells of a meter, and returns whether the meter is hidden. */
    public boolean checkIdle(CellMeter meter, CellSnapshot snapshot) {
        return meter.isIdle(snapshot, clock.monotonicTime());
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
