package dev.percpu.service.ingest;

import dev.percpu.ingest.otlp.OtlpReceiver;
import dev.percpu.ingest.otlp.Rejection;
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
import org.jspecify.annotations.Nullable;

/** The metrics {@code percpu_ingest_*}. All values of a scrape are of the same moment. Thread-safe. */
final class IngestCollector implements MultiCollector {
    private static final String PREFIX = "percpu_ingest_";
    private static final String PROTOCOL = "protocol";
    private static final String REASON = "reason";
    private static final String OTLP = "otlp";

    private final @Nullable Supplier<IngestStatistics> statsd;
    private final @Nullable OtlpReceiver otlp;

    /**
     * @param statsd returns the counts of StatsD; null if it is off
     * @param otlp null if OTLP is off
     */
    IngestCollector(@Nullable Supplier<IngestStatistics> statsd, @Nullable OtlpReceiver otlp) {
        this.statsd = statsd;
        this.otlp = otlp;
    }

    @Override
    public MetricSnapshots collect() {
        CounterSnapshot.Builder samples = builder("samples", "Samples recorded");
        CounterSnapshot.Builder rejected = builder("rejected", "Samples not recorded, by reason");
        List<MetricSnapshot> metrics = new ArrayList<>();
        if (statsd != null) {
            addStatsd(statsd.get(), samples, rejected, metrics);
        }
        if (otlp != null) {
            Labels protocol = Labels.of(PROTOCOL, OTLP);
            samples.dataPoint(point(protocol, otlp.added()));
            for (Rejection reason : Rejection.values()) {
                rejected.dataPoint(point(protocol.add(REASON, reason.label()), otlp.rejected(reason)));
            }
            metrics.add(gauge("streams", "Streams of points whose last point is known", protocol, otlp.streams()));
        }
        metrics.add(samples.build());
        metrics.add(rejected.build());
        return new MetricSnapshots(metrics);
    }

    private static void addStatsd(
            IngestStatistics now,
            CounterSnapshot.Builder samples,
            CounterSnapshot.Builder rejected,
            List<MetricSnapshot> metrics) {
        Labels protocol = Labels.of(PROTOCOL, now.protocol());
        samples.dataPoint(point(protocol, now.samples()));
        now.rejected().forEach((reason, count) -> rejected.dataPoint(point(protocol.add(REASON, reason), count)));
        metrics.addAll(List.of(
                counter("packets", "Packets received", protocol, now.packets()),
                counter(
                        "dropped_packets",
                        "Packets that the kernel dropped because a receive buffer was full",
                        protocol,
                        now.droppedPackets()),
                counters(
                        "ignored",
                        "Samples not recorded because the service has no use for them, by kind",
                        protocol,
                        "kind",
                        now.ignored()),
                gauge("receivers", "Threads that receive packets", protocol, now.receivers()),
                gauge(
                        "receive_buffer_bytes",
                        "Smallest receive buffer that the kernel granted",
                        protocol,
                        now.grantedBufferBytes())));
        IngestStatistics.Mapping mapping = now.mapping();
        if (mapping != null) {
            metrics.add(counters(
                    "mapping_reloads",
                    "Times that the mapping file was read, the start included, by result",
                    protocol,
                    "result",
                    Map.of("success", mapping.reloads(), "failure", mapping.failedReloads())));
            metrics.add(gauge(
                    "mapping_last_reload_successful",
                    "1 if the mapping file was read without an error the last time, else 0",
                    protocol,
                    mapping.error() == null ? 1 : 0));
            metrics.add(gauge(
                    "mapping_last_reload_success_timestamp_seconds",
                    "Time of the last successful read of the mapping file",
                    protocol,
                    mapping.lastSuccess().toEpochMilli() / 1_000.0));
        }
    }

    private static CounterSnapshot.Builder builder(String name, String help) {
        return CounterSnapshot.builder().name(PREFIX + name).help(help);
    }

    private static CounterSnapshot counter(String name, String help, Labels labels, long value) {
        return builder(name, help).dataPoint(point(labels, value)).build();
    }

    private static CounterSnapshot counters(
            String name, String help, Labels labels, String label, Map<String, Long> values) {
        CounterSnapshot.Builder counter = builder(name, help);
        values.forEach((text, value) -> counter.dataPoint(point(labels.add(label, text), value)));
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
