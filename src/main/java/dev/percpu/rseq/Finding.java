package dev.percpu.rseq;

/**
 * A fact about rseq in this process that an operator should know. {@link FindingRule} has the conditions. Immutable.
 *
 * @param id stable identifier, such as {@code tunable-off}
 * @param what the fact, in one sentence
 * @param why cause and effect
 * @param todo what the operator can do
 */
public record Finding(String id, Severity severity, String what, String why, String todo) {

    /** The effect of a fact. {@link #toString()} is its name in reports. */
    public enum Severity {
        /** Nothing is slower or missing. */
        INFO,
        /** Records are exact, but slower, or use more memory than necessary. */
        WARNING,
        /** Samples are missing: the kernel dropped packets. Recording itself loses none, because a path that loses records is not used. */
        ERROR;

        @Override
        public String toString() {
            return ReportNames.of(this);
        }
    }
}
