package dev.percpu.rseq;

/** How records are committed. {@link #toString()} is the name used outside. */
public enum Mode {
    /** By one store at the end of an rseq critical section. */
    RSEQ,
    /** By atomic instructions. */
    ATOMIC;

    @Override
    public String toString() {
        return Names.of(this);
    }
}
