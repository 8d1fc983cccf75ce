package dev.percpu.service.status;

import dev.percpu.service.ingest.IngestStatistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The response of {@code GET /api/ingest}. Its names are part of the contract with clients. Immutable. */
record IngestReport(List<Protocol> protocols) {

    IngestReport {
        protocols = List.copyOf(protocols);
    }

    /**
     * The counts of one protocol since the start of the service.
     *
     * @param protocol {@code statsd} or {@code otlp}
     * @param listeners addresses and sockets that receive, or the path of the endpoint
     * @param receivers number of threads that receive; null for OTLP, as all counts of sockets
     * @param failedReceivers number of threads that have ended by an error
     * @param requestedBufferBytes receive buffer of a socket as configured
     * @param grantedBufferBytes smallest receive buffer that the kernel granted
     * @param packets received packets
     * @param requests answered requests by status; null for StatsD
     * @param streams streams of points whose last point is known; null for StatsD
     * @param samples recorded samples, or points of OTLP
     * @param droppedPackets packets that the kernel dropped because a receive buffer was full
     * @param rejected samples that were not recorded, by reason
     * @param ignored samples that were not recorded because this service has no use for them, by kind
     * @param mapping state of the mapping file; null without {@code percpu.ingest.statsd.mapping}
     */
    record Protocol(
            String protocol,
            List<String> listeners,
            @Nullable Integer receivers,
            @Nullable Integer failedReceivers,
            @Nullable Long requestedBufferBytes,
            @Nullable Long grantedBufferBytes,
            @Nullable Long packets,
            @Nullable List<Requests> requests,
            @Nullable Integer streams,
            long samples,
            @Nullable Long droppedPackets,
            List<Rejection> rejected,
            List<IgnoredKind> ignored,
            @Nullable Mapping mapping) {}

    /** The requests that were answered with a status of HTTP. */
    record Requests(int status, long count) {}

    /** The samples that were rejected for a reason. */
    record Rejection(String reason, long count) {}

    /** The samples of a kind that were ignored. */
    record IgnoredKind(String kind, long count) {}

    /**
     * The mapping file.
     *
     * @param lastSuccess time of the last successful read, in ISO 8601
     * @param error why the last read was refused; null if it was successful
     */
    record Mapping(
            String file,
            long reloads,
            long failedReloads,
            String lastSuccess,
            @Nullable String error) {}

    /** Returns the report; empty if ingest is off. */
    static Optional<IngestReport> of(List<IngestStatistics> statistics) {
        return statistics.isEmpty()
                ? Optional.empty()
                : Optional.of(new IngestReport(
                        statistics.stream().map(IngestReport::of).toList()));
    }

    private static Protocol of(IngestStatistics from) {
        IngestStatistics.Packets packets = from.packets();
        IngestStatistics.Requests requests = from.requests();
        IngestStatistics.Mapping mapping = packets == null ? null : packets.mapping();
        return new Protocol(
                from.protocol(),
                from.listeners(),
                packets == null ? null : packets.receivers(),
                packets == null ? null : packets.failedReceivers(),
                packets == null ? null : packets.requestedBufferBytes(),
                packets == null ? null : packets.grantedBufferBytes(),
                packets == null ? null : packets.received(),
                requests == null
                        ? null
                        : requests.byStatus().entrySet().stream()
                                .sorted(Map.Entry.comparingByKey())
                                .map(entry -> new Requests(entry.getKey(), entry.getValue()))
                                .toList(),
                requests == null ? null : requests.streams(),
                from.samples(),
                packets == null ? null : packets.dropped(),
                from.rejected().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> new Rejection(entry.getKey(), entry.getValue()))
                        .toList(),
                from.ignored().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> new IgnoredKind(entry.getKey(), entry.getValue()))
                        .toList(),
                mapping == null
                        ? null
                        : new Mapping(
                                mapping.file(),
                                mapping.reloads(),
                                mapping.failedReloads(),
                                mapping.lastSuccess().toString(),
                                mapping.error()));
    }
}
