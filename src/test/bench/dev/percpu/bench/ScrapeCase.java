package dev.percpu.bench;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Recording into one of 1,000 histogram timers while another thread scrapes back to back: either the registry that is recorded into, or
 * another of the same kind and size, which is just as much work (and garbage) and touches nothing of ours.
 */
public class ScrapeCase {
    private static final int TIMERS = 1000;

    /** What the other core does. */
    public enum Beside {
        /** Nothing. */
        IDLE,
        /** Scrapes the registry that is recorded into. */
        SCRAPE,
        /** Scrapes another registry. */
        OTHER_SCRAPE
    }

    @State(Scope.Benchmark)
    public static class OfRegistry {
        @Param(Impl.PERCPU)
        public String impl = "";

        @Param("SCRAPE")
        public Beside beside = Beside.SCRAPE;

        Timer timer;
        private final List<MeterRegistry> registries = new ArrayList<>();
        private final AtomicLong scrapes = new AtomicLong();
        private volatile boolean stopped;
        private @Nullable Thread scraper;

        @Setup
        public void open() {
            timer = filled();
            Timer other = filled();
            CounterCase.check(other.count());
            if (beside != Beside.IDLE) {
                MeterRegistry scraped = registries.get(beside == Beside.SCRAPE ? 0 : 1);
                scraper = Thread.ofPlatform().daemon().start(() -> scrapeUntilStopped(scraped));
            }
        }

        /** A new registry of timers that all have values in many buckets; returns one of them. */
        private Timer filled() {
            MeterRegistry registry = Impl.open(impl);
            registries.add(registry);
            Timer last = registry.timer("unused");
            for (int i = 0; i < TIMERS; i++) {
                last = Timer.builder("timer")
                        .tag("uri", "/items/" + i)
                        .publishPercentileHistogram()
                        .register(registry);
                for (long nanos = 1_000_000; nanos < 10_000_000_000L; nanos *= 2) {
                    last.record(nanos + i, NANOSECONDS);
                }
            }
            return last;
        }

        private void scrapeUntilStopped(MeterRegistry scraped) {
            while (!stopped) {
                Impl.scrape(scraped);
                scrapes.incrementAndGet();
            }
        }

        @TearDown
        public void close() throws InterruptedException {
            stopped = true;
            if (scraper != null) {
                scraper.join();
                CounterCase.check(scrapes.get());
            }
            registries.forEach(MeterRegistry::close);
        }
    }

    @Benchmark
    public void registry(OfRegistry of, Amounts amounts) {
        of.timer.record(amounts.next(), NANOSECONDS);
    }
}
