package dev.percpu.ingest.statsd;

import dev.percpu.ingest.IgnoredKind;
import dev.percpu.ingest.RejectReason;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The counts of a server since its start. Immutable.
 *
 * @param receivers number of threads that receive
 * @param failedReceivers number of threads that have ended although the server is open
 * @param grantedBufferBytes smallest receive buffer of the UDP sockets, in bytes; 0 without UDP
 * @param packets received packets
 * @param samples recorded samples: values, each counted once for any sample rate
 * @param droppedPackets packets that the kernel dropped
 * @param rejected samples that were not recorded, by reason; a malformed line counts as one. Every reason is there.
 * @param ignored samples and lines that are ignored on purpose, by kind. Every kind is there.
 */
public record StatsdStatistics(
        int receivers,
        int failedReceivers,
        long grantedBufferBytes,
        long packets,
        long samples,
        long droppedPackets,
        Map<RejectReason, Long> rejected,
        Map<IgnoredKind, Long> ignored) {
    public StatsdStatistics {
        rejected = Collections.unmodifiableMap(new EnumMap<>(rejected));
        ignored = Collections.unmodifiableMap(new EnumMap<>(ignored));
    }
}
