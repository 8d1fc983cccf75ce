package dev.percpu.service.status;

import dev.percpu.rseq.RecentIngest;
import dev.percpu.rseq.RecentRecords;
import dev.percpu.service.ingest.IngestStatistics;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The counts of ingest in the last minute, as {@link RecordHistory} samples them. Thread-safe. */
final class IngestHistory {
    private final ArrayDeque<Totals> totals = new ArrayDeque<>();

    IngestHistory() {
        totals.add(new Totals(0, Map.of(), 0));
    }

    private record Totals(long samples, Map<String, Long> rejected, long droppedPackets) {
        static Totals of(IngestStatistics now) {
            return new Totals(now.samples(), now.rejected(), now.droppedPackets());
        }
    }

    /** Adds the counts of now. Call it every {@value RecordHistory#SAMPLE_SECONDS} s. */
    synchronized void sample(Optional<IngestStatistics> now) {
        if (now.isPresent()) {
            totals.addLast(Totals.of(now.get()));
            if (totals.size() > RecentRecords.SECONDS / RecordHistory.SAMPLE_SECONDS) {
                totals.removeFirst();
            }
        }
    }

    /** Returns the increase since the oldest sample: that of the last 50 to 60 s, or since the start. */
    synchronized RecentIngest until(Optional<IngestStatistics> now) {
        return now.map(latest -> since(Objects.requireNonNull(totals.peekFirst()), latest))
                .orElse(RecentIngest.NONE);
    }

    private static RecentIngest since(Totals oldest, IngestStatistics latest) {
        long rejected = 0;
        long most = 0;
        String commonReason = null;
        for (Map.Entry<String, Long> reason : latest.rejected().entrySet()) {
            long increase = reason.getValue() - oldest.rejected.getOrDefault(reason.getKey(), 0L);
            rejected += increase;
            if (increase > most) {
                most = increase;
                commonReason = reason.getKey();
            }
        }
        return new RecentIngest(
                latest.requestedBufferBytes(),
                latest.grantedBufferBytes(),
                latest.samples() - oldest.samples,
                rejected,
                commonReason,
                latest.droppedPackets() - oldest.droppedPackets);
    }
}
