package dev.percpu.service.status;

import dev.percpu.quarkus.request.route.RouteTimers;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.rseq.Cpus;
import dev.percpu.rseq.FindingFacts;
import dev.percpu.rseq.FindingRule;
import dev.percpu.rseq.NumaNodes;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.service.ingest.IngestService;
import dev.percpu.shard.ShardStatistics;
import jakarta.inject.Singleton;
import java.util.Optional;

/** The current reports of this service. Each call reads every cell, and files in {@code /sys}. Thread-safe. */
@Singleton
class StatusReports {

    private final RseqStatus probed;
    private final PerCpuMeterRegistry registry;
    private final RecordHistory history;
    private final IngestService ingest;
    private final NumaNodes numaNodes = new NumaNodes();

    StatusReports(RseqStatus probed, PerCpuMeterRegistry registry, RecordHistory history, IngestService ingest) {
        this.probed = probed;
        this.registry = registry;
        this.history = history;
        this.ingest = ingest;
    }

    RseqReport rseq() {
        RseqStatus current = RseqProbe.current(probed);
        ShardStatistics statistics = registry.statistics();
        return RseqReport.of(
                current,
                statistics,
                Cpus.read().online(),
                FindingRule.findings(FindingFacts.of(
                        probed,
                        current,
                        history.until(statistics),
                        history.ingest().until(ingest.statistics()))));
    }

    CpusReport cpus() {
        return CpusReport.of(probed, registry.statistics(), Cpus.read().online(), numaNodes::of);
    }

    /** Returns the report of ingest; empty if it is off. */
    Optional<IngestReport> ingest() {
        return IngestReport.of(ingest.statistics());
    }

    RequestsReport requests() {
        return RequestsReport.of(registry.find(RouteTimers.NAME).timers());
    }
}
