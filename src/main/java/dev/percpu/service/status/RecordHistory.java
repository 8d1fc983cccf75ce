package dev.percpu.service.status;

import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.rseq.RecentRecords;
import dev.percpu.service.ingest.IngestService;
import dev.percpu.shard.ShardStatistics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The counts of the shards and of ingest in the last minute, sampled every {@value #SAMPLE_SECONDS} s. Thread-safe. */
@Singleton
class RecordHistory {
    static final int SAMPLE_SECONDS = 10;

    private final ArrayDeque<RecentRecords> totals = new ArrayDeque<>();
    private final IngestHistory ingest = new IngestHistory();
    private @Nullable ScheduledFuture<?> sampling;

    RecordHistory() {
        totals.add(RecentRecords.NONE);
    }

    void start(
            @Observes StartupEvent started,
            ScheduledExecutorService executor,
            PerCpuMeterRegistry registry,
            IngestService received) {
        sampling = executor.scheduleAtFixedRate(
                () -> {
                    sample(registry.statistics());
                    ingest.sample(received.statistics());
                },
                SAMPLE_SECONDS,
                SAMPLE_SECONDS,
                TimeUnit.SECONDS);
    }

    /** Returns the counts of ingest. */
    IngestHistory ingest() {
        return ingest;
    }

    void stop(@Observes ShutdownEvent stopped) {
        if (sampling != null) {
            sampling.cancel(false);
        }
    }

    /** Adds the counts of now. Call it every {@value #SAMPLE_SECONDS} s. */
    synchronized void sample(ShardStatistics now) {
        totals.addLast(totals(now));
        if (totals.size() > RecentRecords.SECONDS / SAMPLE_SECONDS) {
            totals.removeFirst();
        }
    }

    /** Returns the increase since the oldest sample: that of the last 50 to 60 s, or since the start. */
    synchronized RecentRecords until(ShardStatistics now) {
        RecentRecords oldest = totals.getFirst();
        RecentRecords latest = totals(now);
        return new RecentRecords(
                latest.records() - oldest.records(),
                latest.sharedRecords() - oldest.sharedRecords(),
                latest.restarts() - oldest.restarts());
    }

    private static RecentRecords totals(ShardStatistics statistics) {
        long perCpu = statistics.shards().stream()
                .mapToLong(ShardStatistics.PerShard::records)
                .sum();
        return new RecentRecords(
                perCpu + statistics.sharedRecords(), statistics.sharedRecords(), statistics.restarts());
    }
}
