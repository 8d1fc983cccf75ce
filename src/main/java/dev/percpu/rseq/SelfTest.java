package dev.percpu.rseq;

/**
 * The result of testing whether the kernel restarts a critical section that was interrupted. Immutable.
 *
 * @param result {@code SKIPPED} when there was nothing to test, or too few sections were interrupted
 * @param restarts number of sections that were interrupted and restarted
 * @param violations number of sections that were interrupted and did not restart
 * @param durationMicros duration of the test, in microseconds
 */
public record SelfTest(Result result, int restarts, int violations, long durationMicros) {
    static final SelfTest NONE = new SelfTest(Result.SKIPPED, 0, 0, 0);

    /** The outcome of a self-test. {@link #toString()} is its name in reports. */
    public enum Result {
        PASSED,
        FAILED,
        SKIPPED;

        @Override
        public String toString() {
            return ReportNames.of(this);
        }
    }
}
