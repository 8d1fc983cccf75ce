package dev.percpu.service.status;

import dev.percpu.rseq.RecentIngest;
import dev.percpu.rseq.RecentRecords;
import dev.percpu.service.ingest.IngestStatistics;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The counts of ingest in the last minute, as {@link RecordHistory} samples them. Thread-safe. */
final class IngestHistory {
    private final ArrayDeque<Totals> totals = new ArrayDeque<>();

    IngestHistory() {
        totals.add(Totals.of(List.of()));
    }

    /** A reason of a protocol. */
    private record Reason(String protocol, String reason) {}

    /** The counts of all protocols. */
    private record Totals(long samples, Map<Reason, Long> rejected, long droppedPackets) {
        static Totals of(List<IngestStatistics> protocols) {
            long samples = 0;
            Map<Reason, Long> rejected = new HashMap<>();
            long droppedPackets = 0;
            for (IngestStatistics now : protocols) {
                samples += now.samples();
                now.rejected().forEach((reason, count) -> rejected.put(new Reason(now.protocol(), reason), count));
                droppedPackets += now.packets() == null ? 0 : now.packets().dropped();
            }
            return new Totals(samples, rejected, droppedPackets);
        }
    }

    /** Adds the counts of now. Call it every {@value RecordHistory#SAMPLE_SECONDS} s. */
    synchronized void sample(List<IngestStatistics> now) {
        if (!now.isEmpty()) {
            totals.addLast(Totals.of(now));
            if (totals.size() > RecentRecords.SECONDS / RecordHistory.SAMPLE_SECONDS) {
                totals.removeFirst();
            }
        }
    }

    /** Returns the increase since the oldest sample: that of the last 50 to 60 s, or since the start. */
    synchronized RecentIngest until(List<IngestStatistics> now) {
        Totals oldest = totals.getFirst();
        Totals latest = Totals.of(now);
        long rejected = 0;
        long most = 0;
        Reason commonReason = null;
        for (Map.Entry<Reason, Long> reason : latest.rejected.entrySet()) {
            long increase = reason.getValue() - oldest.rejected.getOrDefault(reason.getKey(), 0L);
            rejected += increase;
            if (increase > most) {
                most = increase;
                commonReason = reason.getKey();
            }
        }
        IngestStatistics.Packets packets = now.stream()
                .map(IngestStatistics::packets)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        return new RecentIngest(
                packets == null ? 0 : packets.requestedBufferBytes(),
                packets == null ? 0 : packets.grantedBufferBytes(),
                latest.samples - oldest.samples,
                rejected,
                commonReason == null ? null : commonReason.reason + " of " + commonReason.protocol,
                latest.droppedPackets - oldest.droppedPackets);
    }
}
