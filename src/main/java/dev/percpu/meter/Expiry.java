package dev.percpu.meter;

import dev.percpu.shard.CellSnapshot;
import io.micrometer.core.instrument.Clock;
import java.time.Duration;

/**
 * Which series nobody recorded into for so long that a scrape leaves them out. They stay what they are, handle and cells and all, and are
 * shown again, with all they ever counted, by the first scrape after something was recorded.
 *
 * <p>Recording knows nothing of it: whoever looks compares what a meter has counted with what it had at the last look. A meter counts as
 * recorded into at the look that finds a difference, so it is never hidden too early, and too late by the time between two looks.
 * Thread-safe. Only meters with cells are watched: what a gauge or a function tells may stay the same and be right.
 */
public final class Expiry {
    /** Looks of the background thread until a series expires. */
    private static final int LOOKS = 20;

    private static final long LONGEST_PERIOD_NANOS = Duration.ofMinutes(1).toNanos();

    private final Clock clock;
    private final long afterNanos;
    private final long periodNanos;
    private volatile long lookedNanos;
    private volatile int hidden;

    /**
     * @param clock its monotonic time counts: nothing is hidden since somebody has put the clock forward
     */
    public Expiry(Clock clock, Duration after) {
        this.clock = clock;
        this.afterNanos = after.toNanos();
        this.periodNanos = Math.min(afterNanos / LOOKS, LONGEST_PERIOD_NANOS);
        this.lookedNanos = clock.monotonicTime();
    }

    public long afterMillis() {
        return afterNanos / 1_000_000;
    }

    /** From now on a meter that has recorded nothing yet is watched. */
    public void watch(CellMeter meter) {
        meter.watch(new LastChange(clock.monotonicTime()));
    }

    /** Whether the background thread has to look. */
    public boolean isDue() {
        return clock.monotonicTime() - lookedNanos >= periodNanos;
    }

    /** Takes note of what a meter has counted; whether it is hidden. */
    public boolean hides(CellMeter meter, CellSnapshot totals) {
        LastChange watch = meter.watch();
        return watch != null && watch.isIdle(meter.fingerprint(totals), clock.monotonicTime(), afterNanos);
    }

    /** All meters were looked at, and that many of them are hidden. */
    public void looked(int hiddenNow) {
        hidden = hiddenNow;
        lookedNanos = clock.monotonicTime();
    }

    /** As of the last look at all meters. */
    public int hidden() {
        return hidden;
    }

    /** What is known of one meter. */
    static final class LastChange {
        private long fingerprint;
        private long changedNanos;

        LastChange(long createdNanos) {
            changedNanos = createdNanos;
        }

        synchronized boolean isIdle(long fingerprintNow, long nowNanos, long afterNanos) {
            if (fingerprintNow != fingerprint) {
                fingerprint = fingerprintNow;
                changedNanos = nowNanos;
            }
            return nowNanos - changedNanos >= afterNanos;
        }
    }
}
