package dev.percpu.bench;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** JMH benchmarks of distribution summaries, which record integers and fractions. */
public class SummaryCase {
    private static final double SCALE = 1 / 64.0;

    @State(Scope.Benchmark)
    public static class RegistryState {
        @Param(Impl.PERCPU)
        public String impl = "";

        @Param("PLAIN")
        public Shape shape = Shape.PLAIN;

        DistributionSummary summary;
        private MeterRegistry registry;

        @Setup
        public void open() {
            registry = Impl.open(impl);
            summary = shape.applyTo(DistributionSummary.builder("summary"))
                    .tags("method", "GET", "outcome", "SUCCESS", "status", "200", "uri", "/items/{id}")
                    .register(registry);
        }

        @TearDown
        public void close() {
            CounterCase.check(summary.count());
            registry.close();
        }
    }

    @State(Scope.Benchmark)
    public static class ClientState {
        @Param("PLAIN")
        public Shape shape = Shape.PLAIN;

        DistributionDataPoint summary;

        @Setup
        public void open() {
            summary = shape == Shape.PLAIN ? ClientMeters.summary() : ClientMeters.histogram(shape.boundsAmounts());
        }
    }

    @State(Scope.Benchmark)
    public static class OtelState {
        @Param("PLAIN")
        public Shape shape = Shape.PLAIN;

        DoubleHistogram summary;
        private final OtelMeters meters = new OtelMeters();

        @Setup
        public void open() {
            summary = meters.histogram(shape.boundsAmounts());
        }

        @TearDown
        public void close() {
            meters.close();
        }
    }

    @Benchmark
    public void registry(RegistryState state, Amounts amounts) {
        state.summary.record(amounts.next() * SCALE);
    }

    @Benchmark
    public void clientJava(ClientState state, Amounts amounts) {
        state.summary.observe(amounts.next() * SCALE);
    }

    @Benchmark
    public void otel(OtelState state, Amounts amounts) {
        state.summary.record(amounts.next() * SCALE, OtelMeters.ATTRIBUTES);
    }
}
