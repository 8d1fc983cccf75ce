package dev.percpu.bench;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Finding a counter by its name and four tags, as code does that holds no meters. */
public class LookupCase {
    @State(Scope.Benchmark)
    public static class OfRegistry {
        @Param(Impl.PERCPU)
        public String impl = "";

        /** Fields, so that nothing about them is a constant. */
        String method = "GET";

        String uri = "/items/{id}";
        MeterRegistry registry;

        @Setup
        public void open() {
            registry = Impl.open(impl);
        }
    }

    @State(Scope.Benchmark)
    public static class OfClient {
        String method = "GET";
        String uri = "/items/{id}";

        final io.prometheus.metrics.core.metrics.Counter counter = io.prometheus.metrics.core.metrics.Counter.builder()
                .name("counter")
                .labelNames("method", "outcome", "status", "uri")
                .register(new PrometheusRegistry());
    }

    @Benchmark
    public Counter registry(OfRegistry of) {
        return of.registry.counter(
                "counter", "method", of.method, "outcome", "SUCCESS", "status", "200", "uri", of.uri);
    }

    @Benchmark
    public CounterDataPoint clientJava(OfClient of) {
        return of.counter.labelValues(of.method, "SUCCESS", "200", of.uri);
    }
}
