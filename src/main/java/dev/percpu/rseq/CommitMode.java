package dev.percpu.rseq;

/** The way in which records are committed. {@link #toString()} is its name in reports. */
public enum CommitMode {
    /** By one store at the end of an rseq critical section. */
    RSEQ,
    /** By atomic instructions. */
    ATOMIC;

    @Override
    public String toString() {
        return ReportNames.of(this);
    }
}
