package dev.percpu.ingest.statsd;

import dev.percpu.ingest.RegisteredSeries;
import dev.percpu.ingest.RejectReason;
import dev.percpu.meter.CellMeter;
import dev.percpu.meter.PerCpuCounter;
import dev.percpu.meter.PerCpuDistributionSummary;
import dev.percpu.meter.PerCpuTimer;
import dev.percpu.meter.SettableGauge;
import io.micrometer.core.instrument.Meter;
import org.jspecify.annotations.Nullable;

/**
 * What the lines of one name, type and list of tags are recorded into. Immutable and thread-safe.
 *
 * <p>One class with a kind, instead of a class per kind: a receiver records into all kinds alternately, and a call of an interface with many
 * implementations takes longer than a switch.
 */
final class Series {
    static final int REJECTED = 0;
    static final int DROPPED = 1;
    static final int COUNTER = 2;
    static final int GAUGE = 3;

    /** A timer in nanoseconds. */
    static final int TIMER = 4;

    /** A summary in the unit of the family. */
    static final int SUMMARY = 5;

    /** The same kinds for values that are multiplied by a scale. */
    static final int SCALED_TIMER = 6;

    static final int SCALED_SUMMARY = 7;

    private static final int NANOS_EXPONENT = 9;
    private static final int MILLIS_EXPONENT = -3;

    /** One of the constants. */
    final int kind;

    /** Null if {@link #kind} has no meter. */
    final @Nullable Meter meter;

    /** Added to the exponent of a value, for the unit of the cells. */
    final int exponent;

    final double scale;

    /** Why a later registration can have another result; null if it cannot. */
    final @Nullable Provisional provisional;

    /**
     * The result of a registration that may not last.
     *
     * @param rejection why the samples are rejected; null if the meter is an overflow meter because the sender may not create another series
     * @param detail explanation of the rejection
     * @param sender sender of the first sample
     * @param foundNanos monotonic time of the registration
     */
    record Provisional(@Nullable RejectReason rejection, String detail, long sender, long foundNanos) {}

    private Series(
            int kind, @Nullable Meter meter, int exponent, RegisteredSeries registered, long sender, long foundNanos) {
        this.kind = kind;
        this.meter = meter;
        this.exponent = exponent;
        this.scale = registered.scale();
        this.provisional = registered.rejection() != null || registered.beyondBudget()
                ? new Provisional(registered.rejection(), registered.detail(), sender, foundNanos)
                : null;
    }

    /** Reads what a record reads before the native call, so that the cache misses of many series overlap. */
    long touch() {
        return meter instanceof CellMeter cells ? cells.touch() : kind;
    }

    /**
     * Creates the series of a registered meter.
     *
     * @param millis whether values are milliseconds, and the family is in seconds
     * @param sender sender of the first sample
     * @param nowNanos monotonic time
     */
    static Series of(RegisteredSeries registered, boolean millis, long sender, long nowNanos) {
        int exponent = millis ? MILLIS_EXPONENT : 0;
        boolean scaled = registered.scale() != 1;
        return switch (registered.meter()) {
            case null -> new Series(registered.dropped() ? DROPPED : REJECTED, null, 0, registered, sender, nowNanos);
            case PerCpuCounter counter -> new Series(COUNTER, counter, 0, registered, sender, nowNanos);
            case SettableGauge gauge -> new Series(GAUGE, gauge, 0, registered, sender, nowNanos);
            case PerCpuTimer timer ->
                new Series(
                        scaled ? SCALED_TIMER : TIMER, timer, exponent + NANOS_EXPONENT, registered, sender, nowNanos);
            case PerCpuDistributionSummary summary ->
                new Series(scaled ? SCALED_SUMMARY : SUMMARY, summary, exponent, registered, sender, nowNanos);
            case Meter other ->
                throw new IllegalArgumentException(
                        "meter must be one with cells or a settable gauge, but was " + other);
        };
    }
}
