package dev.percpu.bench;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * JMH benchmarks of what an instrumented request records: two timers and one summary with histograms, and three counters. The meters are
 * held, or found by name and tags for each record.
 */
public class MixedRequestCase {
    private static final double SCALE = 1 / 64.0;

    @State(Scope.Benchmark)
    public static class RegistryState {
        @Param(Impl.PERCPU)
        public String impl = "";

        /** Instance fields, so that the compiler cannot treat the tags as constants. */
        String method = "GET";

        String uri = "/items/{id}";
        String status = "200";

        MeterRegistry registry;
        Timer request;
        Timer query;
        DistributionSummary bytes;
        Counter requests;
        Counter hits;
        Counter sentBytes;

        @Setup
        public void open() {
            registry = Impl.open(impl, Shape.HISTOGRAM);
            Shape.HISTOGRAM
                    .applyTo(Timer.builder("request"))
                    .tags(requestTags())
                    .register(registry);
            Shape.HISTOGRAM
                    .applyTo(Timer.builder("query"))
                    .tag("table", "items")
                    .register(registry);
            Shape.HISTOGRAM
                    .applyTo(DistributionSummary.builder("response.size"))
                    .tags(requestTags())
                    .register(registry);
            request = request();
            query = query();
            bytes = bytes();
            requests = requests();
            hits = hits();
            sentBytes = sentBytes();
        }

        private Tags requestTags() {
            return Tags.of("method", method, "outcome", "SUCCESS", "status", status, "uri", uri);
        }

        Timer request() {
            return registry.timer("request", requestTags());
        }

        Timer query() {
            return registry.timer("query", "table", "items");
        }

        DistributionSummary bytes() {
            return registry.summary("response.size", requestTags());
        }

        Counter requests() {
            return registry.counter("requests", "method", method, "status", status);
        }

        Counter hits() {
            return registry.counter("cache.hits", "cache", "items");
        }

        Counter sentBytes() {
            return registry.counter("sent.bytes", "method", method);
        }

        @TearDown
        public void close() {
            CounterCase.check(request.count());
            CounterCase.check(bytes.count());
            CounterCase.check(sentBytes.count());
            registry.close();
        }
    }

    @Benchmark
    public void held(RegistryState state, Amounts amounts) {
        long size = amounts.next();
        state.query.record(amounts.next(), NANOSECONDS);
        state.hits.increment();
        state.requests.increment();
        state.sentBytes.increment(size);
        state.bytes.record(size * SCALE);
        state.request.record(amounts.next(), NANOSECONDS);
    }

    @Benchmark
    public void lookedUp(RegistryState state, Amounts amounts) {
        long size = amounts.next();
        state.query().record(amounts.next(), NANOSECONDS);
        state.hits().increment();
        state.requests().increment();
        state.sentBytes().increment(size);
        state.bytes().record(size * SCALE);
        state.request().record(amounts.next(), NANOSECONDS);
    }
}
