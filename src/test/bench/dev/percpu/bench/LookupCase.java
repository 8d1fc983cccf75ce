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

/** JMH benchmarks that find a counter by its name and four tags, as code without a reference to it does. */
public class LookupCase {
    @State(Scope.Benchmark)
    public static class RegistryState {
        @Param(Impl.PERCPU)
        public String impl = "";

        /** Instance fields, so that the compiler cannot treat the tags as constants. */
        String method = "GET";

        String uri = "/items/{id}";
        MeterRegistry registry;

        @Setup
        public void open() {
            registry = Impl.open(impl);
        }
    }

    @State(Scope.Benchmark)
    public static class ClientState {
        String method = "GET";
        String uri = "/items/{id}";

        final io.prometheus.metrics.core.metrics.Counter counter = io.prometheus.metrics.core.metrics.Counter.builder()
                .name("counter")
                .labelNames("method", "outcome", "status", "uri")
                .register(new PrometheusRegistry());
    }

    @Benchmark
    public Counter registry(RegistryState state) {
        return state.registry.counter(
                "counter", "method", state.method, "outcome", "SUCCESS", "status", "200", "uri", state.uri);
    }

    @Benchmark
    public CounterDataPoint clientJava(ClientState state) {
        return state.counter.labelValues(state.method, "SUCCESS", "200", state.uri);
    }
}
