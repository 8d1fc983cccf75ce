package dev.percpu.bench;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.LongCounter;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** JMH benchmarks of counters, incremented by 1 and by a fraction. */
public class CounterCase {
    static final double AMOUNT = 0.5;

    /**
     * Checks that the benchmark recorded something.
     *
     * @throws IllegalStateException if the count is 0, negative or NaN
     */
    static void check(double count) {
        if (!(count > 0)) {
            throw new IllegalStateException("count must be positive after a benchmark, but was " + count);
        }
    }

    @State(Scope.Benchmark)
    public static class RegistryState {
        @Param(Impl.PERCPU)
        public String impl = "";

        Counter counter;
        private MeterRegistry registry;

        @Setup
        public void open() {
            registry = Impl.open(impl);
            counter = registry.counter(
                    "counter", "method", "GET", "outcome", "SUCCESS", "status", "200", "uri", "/items/{id}");
        }

        @TearDown
        public void close() {
            check(counter.count());
            registry.close();
        }
    }

    @State(Scope.Benchmark)
    public static class ClientState {
        CounterDataPoint counter;

        @Setup
        public void open() {
            counter = io.prometheus.metrics.core.metrics.Counter.builder()
                    .name("counter")
                    .labelNames("method", "outcome", "status", "uri")
                    .register(new PrometheusRegistry())
                    .labelValues("GET", "SUCCESS", "200", "/items/{id}");
        }

        @TearDown
        public void close() {
            check(counter.get());
        }
    }

    @State(Scope.Benchmark)
    public static class OtelState {
        LongCounter longs;
        DoubleCounter doubles;
        private final OtelMeters meters = new OtelMeters();

        @Setup
        public void open() {
            longs = meters.meter().counterBuilder("longs").build();
            doubles = meters.meter().counterBuilder("doubles").ofDoubles().build();
        }

        @TearDown
        public void close() {
            meters.close();
        }
    }

    @State(Scope.Benchmark)
    public static class JdkState {
        final LongAdder adder = new LongAdder();
        final AtomicLong atomic = new AtomicLong();
    }

    @Benchmark
    public void registry(RegistryState state) {
        state.counter.increment();
    }

    @Benchmark
    public void clientJava(ClientState state) {
        state.counter.inc();
    }

    @Benchmark
    public void otel(OtelState state) {
        state.longs.add(1, OtelMeters.ATTRIBUTES);
    }

    @Benchmark
    public void longadder(JdkState state) {
        state.adder.increment();
    }

    @Benchmark
    public long atomiclong(JdkState state) {
        return state.atomic.incrementAndGet();
    }

    @Benchmark
    public void registryDouble(RegistryState state) {
        state.counter.increment(AMOUNT);
    }

    @Benchmark
    public void clientJavaDouble(ClientState state) {
        state.counter.inc(AMOUNT);
    }

    @Benchmark
    public void otelDouble(OtelState state) {
        state.doubles.add(AMOUNT, OtelMeters.ATTRIBUTES);
    }
}
