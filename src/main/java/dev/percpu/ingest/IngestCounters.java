package dev.percpu.ingest;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The counts of one receiver. One thread adds, any thread reads. A reader sees the counts of the last finished batch, and perhaps a part of the
 * current one.
 */
public final class IngestCounters {
    private static final int SAMPLES = 0;
    private static final int PACKETS = 1;
    private static final int REJECTED = 8; // the words before it have a cache line of their own
    private static final int IGNORED = REJECTED + RejectReason.values().length;

    private final AtomicLongArray counts = new AtomicLongArray(IGNORED + IgnoredKind.values().length + 8);

    /** Adds recorded samples. */
    public void addSamples(long count) {
        add(SAMPLES, count);
    }

    /** Adds received packets. */
    public void addPackets(long count) {
        add(PACKETS, count);
    }

    /** Adds rejected samples or lines. */
    public void addRejected(RejectReason reason, long count) {
        add(REJECTED + reason.ordinal(), count);
    }

    /** Adds ignored samples or lines. */
    public void addIgnored(IgnoredKind kind, long count) {
        add(IGNORED + kind.ordinal(), count);
    }

    private void add(int index, long count) {
        counts.setRelease(index, counts.getPlain(index) + count);
    }

    /** Returns the number of recorded samples. */
    public long samples() {
        return counts.getAcquire(SAMPLES);
    }

    /** Returns the number of received packets. */
    public long packets() {
        return counts.getAcquire(PACKETS);
    }

    /** Returns the number of samples or lines that were rejected for this reason. */
    public long rejected(RejectReason reason) {
        return counts.getAcquire(REJECTED + reason.ordinal());
    }

    /** Returns the number of samples or lines of this kind that were ignored. */
    public long ignored(IgnoredKind kind) {
        return counts.getAcquire(IGNORED + kind.ordinal());
    }
}
