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
 * One scrape, to a stream that counts. Before each, and not in its time (but in its CPU time), every meter records once: nobody can keep the
 * text of values that have not changed. Neither is what registering and removing takes in its time.
 */
public class ScrapeFormatCase {
    private static final int CPUS = 256;

    /** What the registry holds. */
    public enum Content {
        COUNTERS,
        TIMERS,
        /** With Micrometer's default buckets of a percentile histogram: 69 with +Inf. */
        HISTOGRAMS,
        /** With as many service level objectives as the state's parameter says. */
        BUCKETS
    }

    /** Content types by name. */
    public enum As {
        TEXT("text/plain; version=0.0.4; charset=utf-8"),
        OPENMETRICS("application/openmetrics-text; version=1.0.0; charset=utf-8"),
        PROTOBUF("application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited");

        final String contentType;

        As(String contentType) {
            this.contentType = contentType;
        }
    }

    /** A meter and what records into it. */
    private record Held(Meter meter, Consumer<Amounts> record) {}

    @State(Scope.Benchmark)
    public static class OfRegistry {
        @Param(Impl.PERCPU)
        public String impl = "";

        @Param("COUNTERS")
        public Content content = Content.COUNTERS;

        @Param("10000")
        public int meters;

        @Param("0")
        public int buckets;

        @Param("TEXT")
        public As as = As.TEXT;

        @Param("OFF")
        public Compression compression = Compression.OFF;

        /** CPUs that have recorded, of a simulated host of {@value #CPUS}; 0 for this one. */
        @Param("0")
        public int busy;

        /** Whether before each scrape one meter is removed and one registered. */
        @Param("false")
        public boolean churn;

        MeterRegistry registry;
        private final Amounts amounts = new Amounts();
        private Held[] held = {};
        /** How many meters there have been. */
        private int registered;

        @Setup
        public void open() {
            RseqProbe.status(); // decides how records are committed, which a store has to know
            CellStore store = busy == 0 ? null : SimulatedHost.of(CPUS);
            registry = store == null ? Impl.open(impl) : RegistryOn.store(store);
            held = new Held[meters];
            for (int i = 0; i < meters; i++) {
                held[i] = meter(registered++);
            }
            for (int i = 0; i < 20; i++) {
                recordAll();
            }
            if (store != null) {
                SimulatedHost.spread(store, busy);
            }
        }

        private Held meter(int number) {
            String[] tags = {"method", "GET", "outcome", "SUCCESS", "status", "200", "uri", "/api/items/" + number};
            if (content == Content.COUNTERS) {
                Counter counter = registry.counter("http.server.requests.active", tags);
                return new Held(counter, any -> counter.increment());
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
            return new Held(timer, any -> timer.record(any.next(), NANOSECONDS));
        }

        @Setup(Level.Invocation)
        public void record() {
            if (churn) {
                int oldest = registered % meters;
                registry.remove(held[oldest].meter());
                held[oldest] = meter(registered++);
            }
            recordAll();
        }

        private void recordAll() {
            for (Held it : held) {
                it.record().accept(amounts);
            }
        }

        @TearDown
        public void close() {
            registry.close();
        }
    }

    /** Returns the bytes that were written. */
    @Benchmark
    public long scrape(OfRegistry of) throws IOException {
        CountingStream counted = new CountingStream();
        ScrapeType type = new ScrapeType(ScrapeType.Format.TEXT, null); // of no effect on the stream
        try (OutputStream out = new ScrapeNegotiation.Accepted(type, of.compression, Map.of()).body(counted)) {
            Impl.scrape(of.registry, out, of.as.contentType);
        }
        CounterCase.check(counted.bytes);
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
