package dev.percpu.rseq;

/** The owner of the rseq areas: the code that registers the threads of this process. {@link #toString()} is its name in reports. */
public enum AreaOwner {
    /** The libc. Its symbol {@code __rseq_size} is above 0. */
    LIBC,
    /** A library that exports {@code __rseq_abi}, as libraries did before glibc 2.35. */
    LEGACY,
    /** This library. It registers each thread at the thread's first record. */
    SELF,
    /** No owner, or one that exports no symbol. */
    NONE;

    @Override
    public String toString() {
        return ReportNames.of(this);
    }
}
