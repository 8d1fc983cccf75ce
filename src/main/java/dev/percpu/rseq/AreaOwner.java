package dev.percpu.rseq;

/** Who registered the rseq areas of this process' threads. {@link #toString()} is the name used outside. */
public enum AreaOwner {
    /** The libc, which says so by {@code __rseq_size}. */
    LIBC,
    /** A library that exports {@code __rseq_abi}, as before glibc 2.35. */
    LEGACY,
    /** This library, thread by thread. */
    SELF,
    /** Nobody, or somebody who cannot be found. */
    NONE;

    @Override
    public String toString() {
        return Names.of(this);
    }
}
