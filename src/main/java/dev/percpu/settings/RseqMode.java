package dev.percpu.settings;

/** Value of {@link Settings#RSEQ_MODE}. */
public enum RseqMode {
    /** Records commit in rseq critical sections where those work, else by atomic instructions. */
    AUTO,
    /** Records always commit by atomic instructions. */
    ATOMIC
}
