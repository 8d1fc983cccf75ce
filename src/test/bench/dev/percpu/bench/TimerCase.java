package dev.percpu.bench;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** JMH benchmarks of timers of every {@link Shape}. They record given durations and do not read the clock. */
public class TimerCase {
    @State(Scope.Benchmark)
    public static class RegistryState {
        @Param(Impl.PERCPU)
        public String impl = "";

        @Param("PLAIN")
        public Shape shape = Shape.PLAIN;

        Timer timer;
        private MeterRegistry registry;

        @Setup
        public void open() {
            registry = Impl.open(impl, shape);
            timer = shape.applyTo(Timer.builder("timer"))
                    .tags("method", "GET", "outcome", "SUCCESS", "status", "200", "uri", "/items/{id}")
                    .register(registry);
        }

        @TearDown
        public void close() {
            CounterCase.check(timer.count());
            if (registry instanceof PerCpuMeterRegistry percpu) {
                shape.checkSchema(percpu.getPrometheusRegistry());
            }
            registry.close();
        }
    }

    @State(Scope.Benchmark)
    public static class ClientState {
        @Param("PLAIN")
        public Shape shape = Shape.PLAIN;

        DistributionDataPoint timer;
        private final PrometheusRegistry registry = new PrometheusRegistry();

        @Setup
        public void open() {
            timer = shape.isNative() ? ClientMeters.nativeHistogram(shape, registry) : ClientMeters.timer(shape);
        }

        @TearDown
        public void close() {
            shape.checkSchema(registry);
        }
    }

    @State(Scope.Benchmark)
    public static class OtelState {
        @Param("PLAIN")
        public Shape shape = Shape.PLAIN;

        DoubleHistogram timer;
        private @Nullable OtelMeters meters;

        @Setup
        public void open() {
            meters = new OtelMeters(shape.peerMaxBuckets());
            timer = shape.isNative() ? meters.exponentialHistogram() : meters.histogram(shape.boundsSeconds());
        }

        @TearDown
        public void close() {
            if (meters != null) {
                if (shape.isNative()) {
                    shape.checkSchema(meters.scale());
                }
                meters.close();
            }
        }
    }

    @State(Scope.Benchmark)
    public static class HdrState {
        /** A recorder of up to 10 s, with three significant digits. */
        final Recorder recorder = new Recorder(TimeUnit.SECONDS.toNanos(10), 3);

        @TearDown
        public void close() {
            CounterCase.check(recorder.getIntervalHistogram().getTotalCount());
        }
    }

    @State(Scope.Benchmark)
    public static class JdkState {
        @Param("PLAIN")
        public Shape shape = Shape.PLAIN;

        HandWritten.AdderHistogram adders;
        HandWritten.AtomicHistogram atomics;

        @Setup
        public void open() {
            adders = new HandWritten.AdderHistogram(shape.boundsNanos());
            atomics = new HandWritten.AtomicHistogram(shape.boundsNanos());
        }
    }

    @Benchmark
    public void registry(RegistryState state, Amounts amounts) {
        state.timer.record(amounts.next(), NANOSECONDS);
    }

    /** The time since the start as an amount. It ascends across threads. */
    @State(Scope.Benchmark)
    public static class Ascending {
        private final long start = System.nanoTime();

        long next() {
            return System.nanoTime() - start;
        }
    }

    @Benchmark
    public void ascending(RegistryState state, Ascending amounts) {
        state.timer.record(amounts.next(), NANOSECONDS);
    }

    @Benchmark
    public void clientJava(ClientState state, Amounts amounts) {
        state.timer.observe(Impl.seconds(amounts.next()));
    }

    @Benchmark
    public void otel(OtelState state, Amounts amounts) {
        state.timer.record(Impl.seconds(amounts.next()), OtelMeters.ATTRIBUTES);
    }

    @Benchmark
    public void hdr(HdrState state, Amounts amounts) {
        state.recorder.recordValue(amounts.next());
    }

    @Benchmark
    public void longadder(JdkState state, Amounts amounts) {
        state.adders.record(amounts.next());
    }

    @Benchmark
    public void atomiclong(JdkState state, Amounts amounts) {
        state.atomics.record(amounts.next());
    }
}
