package dev.percpu.bench;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.percpu.registry.RegistryOn;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.scrape.ScrapeNegotiation;
import dev.percpu.scrape.ScrapeType;
import dev.percpu.settings.Compression;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.SimulatedHost;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * JMH benchmarks of one scrape into a stream that counts bytes.
 *
 * <p>Every meter records once before each scrape, so that no implementation can reuse the text of unchanged values. The time of these
 * records, registrations and removals is not part of the scrape's time, and not of its CPU time.
 */
public class ScrapeFormatCase {
    private static final int CPUS = 256;

    /** The meters of the registry. */
    public enum Content {
        COUNTERS,
        TIMERS,
        /** Timers with Micrometer's default buckets of a percentile histogram: 69 with +Inf. */
        HISTOGRAMS,
        /** Timers with {@link RegistryState#buckets} service level objectives. */
        BUCKETS
    }

    /** The formats of a scrape. */
    public enum Format {
        TEXT("text/plain; version=0.0.4; charset=utf-8"),
        OPENMETRICS("application/openmetrics-text; version=1.0.0; charset=utf-8"),
        PROTOBUF("application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited");

        final String contentType;

        Format(String contentType) {
            this.contentType = contentType;
        }
    }

    /** A meter with a function that records into it. */
    private record RecordedMeter(Meter meter, Consumer<Amounts> record) {}

    @State(Scope.Benchmark)
    public static class RegistryState {
        @Param(Impl.PERCPU)
        public String impl = "";

        @Param("COUNTERS")
        public Content content = Content.COUNTERS;

        @Param("10000")
        public int meters;

        @Param("0")
        public int buckets;

        @Param("TEXT")
        public Format format = Format.TEXT;

        @Param("OFF")
        public Compression compression = Compression.OFF;

        /** Number of CPUs with records on a simulated host of {@value #CPUS} CPUs, or 0 for the real host. */
        @Param("0")
        public int busy;

        /** Whether one meter is removed and one is registered before each scrape. */
        @Param("false")
        public boolean churn;

        MeterRegistry registry;
        private final Amounts amounts = new Amounts();
        private RecordedMeter[] recordedMeters = {};
        /** Number of meters registered so far, removed ones included. */
        private int registered;

        @Setup
        public void open() {
            RseqProbe.status(); // selects the commit mode, which must be set before a store is created
            CellStore store = busy == 0 ? null : SimulatedHost.of(CPUS);
            registry = store == null ? Impl.open(impl) : RegistryOn.store(store);
            recordedMeters = new RecordedMeter[meters];
            for (int i = 0; i < meters; i++) {
                recordedMeters[i] = meter(registered++);
            }
            for (int i = 0; i < 20; i++) {
                recordAll();
            }
            if (store != null) {
                SimulatedHost.spread(store, busy);
            }
        }

        private RecordedMeter meter(int number) {
            String[] tags = {"method", "GET", "outcome", "SUCCESS", "status", "200", "uri", "/api/items/" + number};
            if (content == Content.COUNTERS) {
                Counter counter = registry.counter("http.server.requests.active", tags);
                return new RecordedMeter(counter, _ -> counter.increment());
            }
            Timer.Builder builder = Timer.builder("http.server.requests").tags(tags);
            switch (content) {
                case HISTOGRAMS -> builder.publishPercentileHistogram();
                case BUCKETS ->
                    builder.serviceLevelObjectives(LongStream.rangeClosed(1, buckets)
                            .mapToObj(i -> Duration.ofMillis(i * 2000 / buckets))
                            .toArray(Duration[]::new));
                default -> {}
            }
            Timer timer = builder.register(registry);
            return new RecordedMeter(timer, generator -> timer.record(generator.next(), NANOSECONDS));
        }

        @Setup(Level.Invocation)
        public void record() {
            CpuTime.exclude(() -> {
                if (churn) {
                    int oldest = registered % meters;
                    registry.remove(recordedMeters[oldest].meter());
                    recordedMeters[oldest] = meter(registered++);
                }
                recordAll();
            });
        }

        private void recordAll() {
            for (RecordedMeter meter : recordedMeters) {
                meter.record().accept(amounts);
            }
        }

        @TearDown
        public void close() {
            registry.close();
        }
    }

    /** Returns the number of bytes of the scrape. */
    @Benchmark
    public long scrape(RegistryState state) throws IOException {
        CountingStream counted = new CountingStream();
        ScrapeType type = new ScrapeType(ScrapeType.Format.TEXT, null); // of no effect on the stream
        try (OutputStream out = new ScrapeNegotiation.Accepted(type, state.compression, Map.of()).body(counted)) {
            Impl.scrape(state.registry, out, state.format.contentType);
        }
        CounterCase.check(counted.bytes);
        return counted.bytes;
    }

    /** The text of a scrape. */
    @State(Scope.Benchmark)
    public static class Text {
        private static final int CHUNK_BYTES = 64 * 1024;

        final byte[] chunk = new byte[CHUNK_BYTES];
        byte[] bytes = {};

        @Setup
        public void scrape(RegistryState state) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            Impl.scrape(state.registry, out, state.format.contentType);
            bytes = out.toByteArray();
        }
    }

    /** Copies the text of a scrape through a buffer, which is the least that any scrape does. Returns the number of bytes. */
    @Benchmark
    public long copy(RegistryState state, Text text) {
        CountingStream counted = new CountingStream();
        for (int from = 0; from < text.bytes.length; from += Text.CHUNK_BYTES) {
            int count = Math.min(Text.CHUNK_BYTES, text.bytes.length - from);
            System.arraycopy(text.bytes, from, text.chunk, 0, count);
            counted.write(text.chunk, 0, count);
        }
        return counted.bytes;
    }

    private static final class CountingStream extends OutputStream {
        private long bytes;

        @Override
        public void write(int b) {
            bytes++;
        }

        @Override
        public void write(byte[] b, int offset, int length) {
            bytes += length;
        }
    }
}
