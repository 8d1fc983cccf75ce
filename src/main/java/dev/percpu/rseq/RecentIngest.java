package dev.percpu.rseq;

import org.jspecify.annotations.Nullable;

/**
 * The receive buffers of ingest, and the increase of its counts in the last {@value RecentRecords#SECONDS} s. Immutable.
 *
 * @param requestedBufferBytes receive buffer of a socket as configured, in bytes; 0 without sockets
 * @param grantedBufferBytes smallest receive buffer that the kernel granted, in bytes; 0 without sockets
 * @param samples recorded samples
 * @param rejected samples and lines that were not recorded because they are malformed or not allowed
 * @param commonReason most frequent reason of {@code rejected} and its protocol, such as {@code value of statsd}; null if it is 0
 * @param droppedPackets packets that the kernel dropped because a receive buffer was full
 */
public record RecentIngest(
        long requestedBufferBytes,
        long grantedBufferBytes,
        long samples,
        long rejected,
        @Nullable String commonReason,
        long droppedPackets) {

    /** No ingest. */
    public static final RecentIngest NONE = new RecentIngest(0, 0, 0, 0, null, 0);

    boolean hasSmallBuffer() {
        return grantedBufferBytes < requestedBufferBytes;
    }
}
