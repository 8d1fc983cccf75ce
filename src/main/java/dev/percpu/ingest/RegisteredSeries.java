package dev.percpu.ingest;

import io.micrometer.core.instrument.Meter;
import org.jspecify.annotations.Nullable;

/**
 * The meter that the samples of a received metric are recorded into, or why there is none. Immutable.
 *
 * @param meter a {@code PerCpuCounter}, {@code SettableGauge}, {@code PerCpuTimer} or {@code PerCpuDistributionSummary}; null if there is none
 * @param scale factor of each value
 * @param beyondBudget whether the meter is an overflow meter because the sender may not create another series
 * @param dropped whether the mapping drops the samples
 * @param rejection why the samples are rejected; null if they are not
 * @param detail explanation of the rejection, empty for none
 */
public record RegisteredSeries(
        @Nullable Meter meter,
        double scale,
        boolean beyondBudget,
        boolean dropped,
        @Nullable RejectReason rejection,
        String detail) {
    static RegisteredSeries of(Meter meter, double scale, boolean beyondBudget) {
        return new RegisteredSeries(meter, scale, beyondBudget, false, null, "");
    }

    /** Returns a series whose samples the mapping drops. */
    static RegisteredSeries droppedByMapping() {
        return new RegisteredSeries(null, 1, false, true, null, "");
    }

    /** Returns a series whose samples are rejected. */
    public static RegisteredSeries rejected(RejectReason reason, String detail) {
        return new RegisteredSeries(null, 1, false, false, reason, detail);
    }
}
