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

/** Counters: by one, and by an amount that is not whole. */
public class CounterCase {
    static final double AMOUNT = 0.5;

    static void check(double count) {
        if (!(count > 0)) {
            throw new IllegalStateException("nothing was counted: " + count);
        }
    }

    @State(Scope.Benchmark)
    public static class OfRegistry {
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
    public static class OfClient {
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
    public static class OfOtel {
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
    public static class OfJdk {
        final LongAdder adder = new LongAdder();
        final AtomicLong atomic = new AtomicLong();
    }

    @Benchmark
    public void registry(OfRegistry of) {
        of.counter.increment();
    }

    @Benchmark
    public void clientJava(OfClient of) {
        of.counter.inc();
    }

    @Benchmark
    public void otel(OfOtel of) {
        of.longs.add(1, OtelMeters.ATTRIBUTES);
    }

    @Benchmark
    public void longadder(OfJdk of) {
        of.adder.increment();
    }

    @Benchmark
    public long atomiclong(OfJdk of) {
        return of.atomic.incrementAndGet();
    }

    @Benchmark
    public void registryDouble(OfRegistry of) {
        of.counter.increment(AMOUNT);
    }

    @Benchmark
    public void clientJavaDouble(OfClient of) {
        of.counter.inc(AMOUNT);
    }

    @Benchmark
    public void otelDouble(OfOtel of) {
        of.doubles.add(AMOUNT, OtelMeters.ATTRIBUTES);
    }
}
