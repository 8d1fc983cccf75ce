package dev.percpu.rseq;

/**
 * Whether sections restart when they are interrupted.
 *
 * @param result {@code SKIPPED} when there was nothing to test or too few interruptions could be made
 * @param restarts sections that were interrupted and restarted
 * @param violations sections that were interrupted and went on
 * @param durationMicros of the test
 */
public record SelfTest(Result result, int restarts, int violations, long durationMicros) {
    static final SelfTest NONE = new SelfTest(Result.SKIPPED, 0, 0, 0);

    /** {@link #toString()} is the name used outside. */
    public enum Result {
        PASSED,
        FAILED,
        SKIPPED;

        @Override
        public String toString() {
            return Names.of(this);
        }
    }
}
