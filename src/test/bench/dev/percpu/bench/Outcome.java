package dev.percpu.bench;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The results of a run.
 *
 * @param results figures of the JMH benchmarks
 * @param memory memory and registration time of series
 * @param tails latencies of single records
 * @param spreads CPU time in several processes
 * @param instructions instructions per call, by the name of the call in C
 * @param failures measurements that failed
 * @param start time when the run started
 * @param extent cases that the run covers
 */
record Outcome(
        Results results,
        MemoryCases memory,
        List<Tail> tails,
        List<Spread> spreads,
        Map<String, Double> instructions,
        Failures failures,
        Instant start,
        Extent extent) {
    /** Text in place of a figure that was not measured. */
    static final String NOT_MEASURED = "not measured";

    /** The cases that a run covers. */
    enum Extent {
        /** All cases. The report shows {@value Outcome#NOT_MEASURED} in place of an absent figure. */
        WHOLE,
        /** The cases of {@link Cases#quick}. */
        QUICK,
        /** Cases selected by name. */
        SELECTED
    }

    boolean whole() {
        return extent == Extent.WHOLE;
    }
}
