package dev.percpu.ingest;

/** A receiver of the reasons why samples are rejected. Thread-safe. */
public interface RejectionListener {
    /**
     * Returns whether the next rejection will be used. Callers need no text otherwise.
     *
     * @param nowNanos monotonic time
     */
    boolean isDue(long nowNanos);

    /**
     * Reports a rejection.
     *
     * @param nowNanos monotonic time
     * @param detail explanation, empty for none
     * @param text what was rejected, as received
     */
    void rejected(long nowNanos, RejectReason reason, String detail, byte[] text);
}
