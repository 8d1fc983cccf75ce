package dev.percpu.ingest.statsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.percpu.binding.PacketBatch;
import dev.percpu.ingest.IngestCounters;
import dev.percpu.ingest.SeriesFactory;
import dev.percpu.ingest.mapping.MappedMetric;
import dev.percpu.ingest.mapping.MetricMapper;
import dev.percpu.ingest.mapping.MetricNames;
import dev.percpu.ingest.mapping.ObserverOptions;
import dev.percpu.registry.AllocationTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exact totals of several receivers, while the registry is scraped and the mapping changes. */
class IngestTotalsTest {
    private static final int RECEIVERS = 4;
    private static final int ROUNDS = 80;
    private static final int PACKETS = 256;
    private static final int LINES = 24;
    private static final int SERIES = 300;
    private static final ObserverOptions HISTOGRAM =
            new ObserverOptions.Histogram(List.of(0.005, 0.05, 0.5, 5.0), 0, 0);

    private static MetricMapper mapper() {
        return (name, type) ->
                new MappedMetric(false, MetricNames.escape(name), "Help.", Map.of(), false, 1, HISTOGRAM, null);
    }

    /** Returns a batch in which each kind has the same number of lines. */
    private static PacketBatch batch() {
        PacketBatch batch = new PacketBatch(PACKETS, 2_048);
        int series = 0;
        for (int i = 0; i < PACKETS; i++) {
            StringBuilder packet = new StringBuilder();
            for (int j = 0; j < LINES / 4; j++) {
                series = (series + 1) % SERIES;
                String tags = "|#user:u" + series + ",zone:a\n";
                packet.append("hits:1|c").append(tags);
                packet.append("wait:1.5|ms|@0.5").append(tags);
                packet.append("size:2|h").append(tags);
                packet.append("level:+1|g\n");
            }
            batch.add(packet.toString().getBytes(StandardCharsets.US_ASCII), 1);
        }
        return batch;
    }

    @ParameterizedTest
    @ValueSource(strings = {"10000", "100"})
    void shouldCountEverySampleOnce(String maxSeries) throws InterruptedException {
        AtomicReference<MetricMapper> mapper = new AtomicReference<>(mapper());
        try (ParsedPackets packets =
                new ParsedPackets(mapper::get, Integer.MAX_VALUE, Map.of("percpu.series.max", maxSeries))) {
            SeriesFactory factory = packets.factory(Integer.MAX_VALUE);
            packets.receive("level:0|g");
            List<IngestCounters> counters = new ArrayList<>();
            List<Thread> receivers = new ArrayList<>();
            for (int i = 0; i < RECEIVERS; i++) {
                IngestCounters own = new IngestCounters();
                counters.add(own);
                StatsdParser parser = ParsedPackets.parser(factory, mapper::get, own, 100_000);
                receivers.add(Thread.ofPlatform().start(() -> {
                    PacketBatch batch = batch();
                    for (int round = 0; round < ROUNDS; round++) {
                        parser.parse(batch, round);
                    }
                }));
            }
            while (receivers.stream().anyMatch(Thread::isAlive)) {
                packets.registry.scrape();
                mapper.set(mapper());
            }
            for (Thread receiver : receivers) {
                receiver.join();
            }

            long each = (long) RECEIVERS * ROUNDS * PACKETS * LINES / 4;
            assertThat(counters.stream().mapToLong(IngestCounters::samples).sum())
                    .isEqualTo(4 * each);
            List<String> samples = packets.samples();
            assertThat(total(samples, "hits{")).isEqualTo(each);
            assertThat(total(samples, "wait_count{")).isEqualTo(2 * each);
            assertThat(total(samples, "wait_sum{")).isCloseTo(0.003 * each, offset(1e-6));
            assertThat(total(samples, "size_count{")).isEqualTo(each);
            assertThat(total(samples, "size_sum{")).isEqualTo(2 * each);
            assertThat(samples).contains("level " + (double) each);
        }
    }

    private static double total(List<String> samples, String prefix) {
        return samples.stream()
                .filter(line -> line.startsWith(prefix))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void shouldAllocateNothingForKnownSeries() {
        MetricMapper mapper = mapper();
        try (ParsedPackets packets = new ParsedPackets(() -> mapper, Integer.MAX_VALUE, Map.of())) {
            PacketBatch batch = batch();

            double bytes = AllocationTest.bytesPerCall(i -> {
                if (i % 2_000 == 0) {
                    packets.parser.parse(batch, i);
                }
            });

            assertThat(bytes * 2_000 / (PACKETS * LINES)).isLessThan(0.001);
        }
    }
}
