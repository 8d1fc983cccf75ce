package dev.percpu.service.ingest;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The metrics {@code percpu_ingest_*}. All values of a scrape are of the same moment. Thread-safe. */
final class IngestCollector implements MultiCollector {
    private static final String PREFIX = "percpu_ingest_";
    private static final String PROTOCOL = "protocol";

    private final Supplier<List<IngestStatistics>> protocols;

    /**
     * @param protocols returns the counts of each protocol that is on
     */
    IngestCollector(Supplier<List<IngestStatistics>> protocols) {
        this.protocols = protocols;
    }

    @Override
    public MetricSnapshots collect() {
        CounterSnapshot.Builder samples = builder("samples", "Samples recorded");
        CounterSnapshot.Builder rejected = builder("rejected", "Samples not recorded, by reason");
        CounterSnapshot.Builder ignored =
                builder("ignored", "Samples not recorded because the service has no use for them, by kind");
        List<MetricSnapshot> metrics = new ArrayList<>();
        for (IngestStatistics now : protocols.get()) {
            Labels protocol = Labels.of(PROTOCOL, now.protocol());
            samples.dataPoint(point(protocol, now.samples()));
            now.rejected().forEach((reason, count) -> rejected.dataPoint(point(protocol.add("reason", reason), count)));
            now.ignored().forEach((kind, count) -> ignored.dataPoint(point(protocol.add("kind", kind), count)));
            if (now.packets() != null) {
                add(now.packets(), protocol, metrics);
            }
            if (now.requests() != null) {
                add(now.requests(), protocol, metrics);
            }
        }
        metrics.addAll(List.of(samples.build(), rejected.build(), ignored.build()));
        return new MetricSnapshots(metrics);
    }

    private static void add(IngestStatistics.Packets now, Labels protocol, List<MetricSnapshot> metrics) {
        metrics.addAll(List.of(
                counter("packets", "Packets received", protocol, now.received()),
                counter(
                        "dropped_packets",
                        "Packets that the kernel dropped because a receive buffer was full",
                        protocol,
                        now.dropped()),
                gauge("receivers", "Threads that receive packets", protocol, now.receivers()),
                gauge(
                        "failed_receivers",
                        "Threads that received packets and have ended by an error",
                        protocol,
                        now.failedReceivers()),
                gauge(
                        "receive_buffer_bytes",
                        "Smallest receive buffer that the kernel granted",
                        protocol,
                        now.grantedBufferBytes())));
        if (now.mapping() != null) {
            add(now.mapping(), protocol, metrics);
        }
    }

    private static void add(IngestStatistics.Mapping mapping, Labels protocol, List<MetricSnapshot> metrics) {
        metrics.addAll(List.of(
                counters(
                        "mapping_reloads",
                        "Times that the mapping file was read, the start included, by result",
                        protocol,
                        "result",
                        Map.of("success", mapping.reloads(), "failure", mapping.failedReloads())),
                gauge(
                        "mapping_last_reload_successful",
                        "1 if the mapping file was read without an error the last time, else 0",
                        protocol,
                        mapping.error() == null ? 1 : 0),
                gauge(
                        "mapping_last_reload_success_timestamp_seconds",
                        "Time of the last successful read of the mapping file",
                        protocol,
                        mapping.lastSuccess().toEpochMilli() / 1_000.0)));
    }

    private static void add(IngestStatistics.Requests now, Labels protocol, List<MetricSnapshot> metrics) {
        metrics.addAll(List.of(
                counters("requests", "Requests answered, by the status of HTTP", protocol, "status", now.byStatus()),
                gauge("streams", "Streams of points whose last point is known", protocol, now.streams())));
    }

    private static CounterSnapshot.Builder builder(String name, String help) {
        return CounterSnapshot.builder().name(PREFIX + name).help(help);
    }

    private static CounterSnapshot counter(String name, String help, Labels labels, long value) {
        return builder(name, help).dataPoint(point(labels, value)).build();
    }

    private static CounterSnapshot counters(
            String name, String help, Labels labels, String label, Map<?, Long> values) {
        CounterSnapshot.Builder counter = builder(name, help);
        values.forEach((key, value) -> counter.dataPoint(point(labels.add(label, key.toString()), value)));
        return counter.build();
    }

    private static CounterSnapshot.CounterDataPointSnapshot point(Labels labels, long value) {
        return CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels)
                .value(value)
                .build();
    }

    private static GaugeSnapshot gauge(String name, String help, Labels labels, double value) {
        return GaugeSnapshot.builder()
                .name(PREFIX + name)
                .help(help)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(labels)
                        .value(value)
                        .build())
                .build();
    }
}
