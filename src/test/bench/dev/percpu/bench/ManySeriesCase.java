package dev.percpu.bench;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** JMH benchmarks that record into one of 10,000 histogram timers at random, so that most of their memory is not in a cache. */
public class ManySeriesCase {
    static final int SERIES = 10_000;

    @State(Scope.Benchmark)
    public static class RegistryState {
        @Param(Impl.PERCPU)
        public String impl = "";

        final Timer[] timers = new Timer[SERIES];
        private MeterRegistry registry;

        @Setup
        public void open() {
            registry = Impl.open(impl, Shape.HISTOGRAM);
            for (int i = 0; i < SERIES; i++) {
                timers[i] = Shape.HISTOGRAM
                        .applyTo(Timer.builder("timer"))
                        .tags("method", "GET", "outcome", "SUCCESS", "status", "200", "uri", "/items/" + i)
                        .register(registry);
            }
            // In a service, meters have survived collections and lie close together, without the garbage of their
            // registration.
            System.gc();
        }

        @TearDown
        public void close() {
            CounterCase.check(Arrays.stream(timers)
                    .mapToLong(Timer::count)
                    .filter(count -> count > 0)
                    .findFirst()
                    .orElse(0));
            registry.close();
        }
    }

    /** A generator of pseudo-random series. The amounts have a generator of their own. */
    @State(Scope.Thread)
    public static class Choice {
        private final Amounts amounts = new Amounts();

        @Setup
        public void seed(org.openjdk.jmh.infra.ThreadParams thread) {
            amounts.seed(thread);
            for (int i = 0; i < 7; i++) {
                amounts.next(); // starts at another place than the amounts of the thread
            }
        }

        int next() {
            return (int) ((amounts.uniform() * SERIES) >>> 31);
        }
    }

    @Benchmark
    public void registry(RegistryState state, Choice series, Amounts amounts) {
        state.timers[series.next()].record(amounts.next(), NANOSECONDS);
    }
}
