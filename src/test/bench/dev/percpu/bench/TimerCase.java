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

/** Timers of every {@link Shape}, fed with durations that were measured before. */
public class TimerCase {
    @State(Scope.Benchmark)
    public static class OfRegistry {
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
            if (registry instanceof PerCpuMeterRegistry ours) {
                shape.checkSchema(ours.getPrometheusRegistry());
            }
            registry.close();
        }
    }

    @State(Scope.Benchmark)
    public static class OfClient {
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
    public static class OfOtel {
        @Param("PLAIN")
        public Shape shape = Shape.PLAIN;

        DoubleHistogram timer;
        private @Nullable OtelMeters meters;

        @Setup
        public void open() {
            meters = new OtelMeters(shape.maxBucketsOfPeers());
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
    public static class OfHdr {
        /** Up to 10 s to three digits. */
        final Recorder recorder = new Recorder(TimeUnit.SECONDS.toNanos(10), 3);

        @TearDown
        public void close() {
            CounterCase.check(recorder.getIntervalHistogram().getTotalCount());
        }
    }

    @State(Scope.Benchmark)
    public static class OfJdk {
        @Param("PLAIN")
        public Shape shape = Shape.PLAIN;

        HandWritten.OfAdders adders;
        HandWritten.OfAtomics atomics;

        @Setup
        public void open() {
            adders = new HandWritten.OfAdders(shape.boundsNanos());
            atomics = new HandWritten.OfAtomics(shape.boundsNanos());
        }
    }

    @Benchmark
    public void registry(OfRegistry of, Amounts amounts) {
        of.timer.record(amounts.next(), NANOSECONDS);
    }

    @Benchmark
    public void clientJava(OfClient of, Amounts amounts) {
        of.timer.observe(Impl.seconds(amounts.next()));
    }

    @Benchmark
    public void otel(OfOtel of, Amounts amounts) {
        of.timer.record(Impl.seconds(amounts.next()), OtelMeters.ATTRIBUTES);
    }

    @Benchmark
    public void hdr(OfHdr of, Amounts amounts) {
        of.recorder.recordValue(amounts.next());
    }

    @Benchmark
    public void longadder(OfJdk of, Amounts amounts) {
        of.adders.record(amounts.next());
    }

    @Benchmark
    public void atomiclong(OfJdk of, Amounts amounts) {
        of.atomics.record(amounts.next());
    }
}
