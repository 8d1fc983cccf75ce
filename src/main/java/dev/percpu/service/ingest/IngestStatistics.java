package dev.percpu.service.ingest;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The counts of a protocol since the start of the service. Immutable.
 *
 * @param protocol name of the protocol in metrics: {@code statsd} or {@code otlp}
 * @param listeners addresses and sockets that receive, as in the configuration, or the path of the endpoint; a port of 0 is replaced by the
 *     chosen one
 * @param samples recorded samples, or points of OTLP
 * @param rejected samples that were not recorded, by reason; each reason is there, with 0 too
 * @param ignored samples that were not recorded because this service has no use for them, by kind; each kind is there, with 0 too
 * @param packets counts of a protocol of packets; null for others
 * @param requests counts of a protocol of requests; null for others
 */
public record IngestStatistics(
        String protocol,
        List<String> listeners,
        long samples,
        Map<String, Long> rejected,
        Map<String, Long> ignored,
        @Nullable Packets packets,
        @Nullable Requests requests) {

    /**
     * The counts of a protocol that receives packets.
     *
     * @param receivers number of threads that receive
     * @param failedReceivers number of threads that have ended by an error
     * @param requestedBufferBytes receive buffer of a socket as configured, in bytes
     * @param grantedBufferBytes smallest receive buffer that the kernel granted, in bytes
     * @param received received packets
     * @param dropped packets that the kernel dropped because a receive buffer was full
     * @param mapping state of the mapping file; null without one
     */
    public record Packets(
            int receivers,
            int failedReceivers,
            long requestedBufferBytes,
            long grantedBufferBytes,
            long received,
            long dropped,
            @Nullable Mapping mapping) {}

    /**
     * The counts of a protocol that receives requests.
     *
     * @param byStatus answered requests, by the status of HTTP; each status is there, with 0 too
     * @param streams number of streams of points whose last point is known
     */
    public record Requests(Map<Integer, Long> byStatus, int streams) {}

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
}
