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
     * @param protocol {@code statsd}
     * @param listeners addresses and sockets that receive
     * @param receivers number of threads that receive
     * @param requestedBufferBytes receive buffer of a socket as configured
     * @param grantedBufferBytes smallest receive buffer that the kernel granted
     * @param packets received packets
     * @param samples recorded samples
     * @param droppedPackets packets that the kernel dropped because a receive buffer was full
     * @param rejected samples that were not recorded, by reason
     * @param ignored samples that were not recorded because this service has no use for them, by kind
     * @param mapping state of the mapping file; null without {@code percpu.ingest.statsd.mapping}
     */
    record Protocol(
            String protocol,
            List<String> listeners,
            int receivers,
            long requestedBufferBytes,
            long grantedBufferBytes,
            long packets,
            long samples,
            long droppedPackets,
            List<Rejection> rejected,
            List<IgnoredKind> ignored,
            @Nullable Mapping mapping) {}

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
    static Optional<IngestReport> of(Optional<IngestStatistics> statistics) {
        return statistics.map(protocol -> new IngestReport(List.of(of(protocol))));
    }

    private static Protocol of(IngestStatistics from) {
        IngestStatistics.Mapping mapping = from.mapping();
        return new Protocol(
                from.protocol(),
                from.listeners(),
                from.receivers(),
                from.requestedBufferBytes(),
                from.grantedBufferBytes(),
                from.packets(),
                from.samples(),
                from.droppedPackets(),
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
