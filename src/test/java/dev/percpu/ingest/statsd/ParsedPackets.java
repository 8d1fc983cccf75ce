package dev.percpu.ingest.statsd;

import dev.percpu.binding.PacketBatch;
import dev.percpu.ingest.IgnoredKind;
import dev.percpu.ingest.IngestCounters;
import dev.percpu.ingest.RejectReason;
import dev.percpu.ingest.RejectionLog;
import dev.percpu.ingest.SenderBudget;
import dev.percpu.ingest.SeriesFactory;
import dev.percpu.ingest.mapping.MappedMetric;
import dev.percpu.ingest.mapping.MetricMapper;
import dev.percpu.ingest.mapping.MetricNames;
import dev.percpu.ingest.mapping.MetricType;
import dev.percpu.ingest.mapping.ObserverOptions;
import dev.percpu.registry.ExactMeters;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A registry and a parser that records packets into it. */
final class ParsedPackets implements AutoCloseable {
    /** A form of observers with neither quantiles nor buckets. */
    static final ObserverOptions PLAIN = new ObserverOptions.Summary(List.of(), Duration.ofMinutes(10), 5);

    private static final int PACKET_BYTES = 2_048;

    /** A time at which no rejection is logged. */
    private static final long NEVER_LOGGED = Long.MAX_VALUE / 2;

    final PerCpuMeterRegistry registry;
    final IngestCounters counters = new IngestCounters();
    final StatsdParser parser;
    private final PacketBatch batch = new PacketBatch(256, PACKET_BYTES);
    private long sender = 1;

    ParsedPackets(Supplier<? extends MetricMapper> mappers, int seriesPerSender, Map<String, String> settings) {
        PerCpuConfig config = settings::get;
        registry = new PerCpuMeterRegistry(config);
        parser = parser(factory(seriesPerSender), mappers, counters, 100_000);
    }

    ParsedPackets() {
        this(() -> ParsedPackets::unmapped, Integer.MAX_VALUE, Map.of());
    }

    SeriesFactory factory(int seriesPerSender) {
        return new SeriesFactory(new ExactMeters(registry), new SenderBudget(seriesPerSender));
    }

    static StatsdParser parser(
            SeriesFactory factory,
            Supplier<? extends MetricMapper> mappers,
            IngestCounters counters,
            int tableEntries) {
        return new StatsdParser(factory, mappers, counters, new RejectionLog("StatsD", NEVER_LOGGED), tableEntries);
    }

    static MappedMetric unmapped(String name, MetricType type) {
        return mapped(name, PLAIN, null);
    }

    static MappedMetric mapped(String name, ObserverOptions observer, @Nullable Duration expireAfter) {
        return new MappedMetric(false, MetricNames.escape(name), "Help.", Map.of(), false, 1, observer, expireAfter);
    }

    /** Sets the sender of the next packets. */
    ParsedPackets from(long newSender) {
        sender = newSender;
        return this;
    }

    /** Parses packets, each of which is a string of characters up to U+00FF, one per byte. */
    ParsedPackets receive(String... packets) {
        return receiveBy(parser, packets);
    }

    /** Parses packets by another parser. */
    ParsedPackets receiveBy(StatsdParser other, String... packets) {
        batch.clear();
        for (String packet : packets) {
            batch.add(packet.getBytes(StandardCharsets.ISO_8859_1), sender);
        }
        other.parse(batch, 0);
        return this;
    }

    /** Returns the samples of a scrape, sorted. */
    List<String> samples() {
        return registry.scrape()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .sorted()
                .toList();
    }

    /** Returns the counts of rejections other than 0. */
    Map<RejectReason, Long> rejected() {
        Map<RejectReason, Long> rejected = new EnumMap<>(RejectReason.class);
        for (RejectReason reason : RejectReason.values()) {
            if (counters.rejected(reason) > 0) {
                rejected.put(reason, counters.rejected(reason));
            }
        }
        return rejected;
    }

    /** Returns the counts of ignored samples and lines other than 0. */
    Map<IgnoredKind, Long> ignored() {
        Map<IgnoredKind, Long> ignored = new EnumMap<>(IgnoredKind.class);
        for (IgnoredKind kind : IgnoredKind.values()) {
            if (counters.ignored(kind) > 0) {
                ignored.put(kind, counters.ignored(kind));
            }
        }
        return ignored;
    }

    @Override
    public void close() {
        registry.close();
    }
}
