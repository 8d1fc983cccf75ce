package dev.percpu.bench;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * All that a run has to report.
 *
 * @param instructions by name of the native call
 * @param extent how much of everything was to be measured
 */
record Outcome(
        Results results,
        MemoryCases memory,
        List<Tail> tails,
        Map<String, Double> instructions,
        Missing missing,
        Instant start,
        Extent extent) {
    /** What is told of a figure that is not there. */
    static final String NOT_MEASURED = "not measured";

    /** What was asked for. */
    enum Extent {
        /** Everything: a figure that is not there is told as {@value Outcome#NOT_MEASURED}. */
        WHOLE,
        /** The short run. */
        QUICK,
        /** Some cases, chosen by name. */
        CHOSEN
    }

    boolean whole() {
        return extent == Extent.WHOLE;
    }
}
