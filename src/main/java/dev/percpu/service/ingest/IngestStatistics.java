package dev.percpu.service.ingest;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The counts of a protocol since the start of the service. Immutable.
 *
 * @param protocol name of the protocol in metrics, such as {@code statsd}
 * @param listeners addresses and sockets that receive, as in the configuration; a port of 0 is replaced by the chosen one
 * @param receivers number of threads that receive
 * @param requestedBufferBytes receive buffer of a socket as configured, in bytes
 * @param grantedBufferBytes smallest receive buffer that the kernel granted, in bytes
 * @param packets received packets
 * @param samples recorded samples
 * @param droppedPackets packets that the kernel dropped because a receive buffer was full
 * @param rejected samples that were not recorded, by reason; each reason is there, with 0 too
 * @param ignored samples that were not recorded because this service has no use for them, by kind; each kind is there, with 0 too
 * @param mapping state of the mapping file; null without one
 */
public record IngestStatistics(
        String protocol,
        List<String> listeners,
        int receivers,
        long requestedBufferBytes,
        long grantedBufferBytes,
        long packets,
        long samples,
        long droppedPackets,
        Map<String, Long> rejected,
        Map<String, Long> ignored,
        @Nullable Mapping mapping) {

    /**
     * The state of a mapping file.
     *
     * @param file path, as in the configuration
     * @param reloads times that the file was read successfully, the start included
     * @param failedReloads times that the file was refused
     * @param lastSuccess time of the last successful read
     * @param error why the last read was refused, with the line in the file; null if it was successful
     */
    public record Mapping(
            String file,
            long reloads,
            long failedReloads,
            Instant lastSuccess,
            @Nullable String error) {}

    public IngestStatistics {
        listeners = List.copyOf(listeners);
    }

    /** Returns the number of samples that were rejected for any reason. */
    public long allRejected() {
        return sum(rejected);
    }

    /** Returns the number of samples that were ignored, of all kinds. */
    public long allIgnored() {
        return sum(ignored);
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
