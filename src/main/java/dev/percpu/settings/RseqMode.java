package dev.percpu.settings;

/** The requested mode: the value of {@link Settings#RSEQ_MODE}. The effective mode is in {@code RseqStatus}. */
public enum RseqMode {
    /** Records commit in rseq critical sections if they work, else by atomic instructions. */
    AUTO,
    /** Records always commit by atomic instructions. */
    ATOMIC
}
