package dev.percpu.bench;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * JMH benchmarks that record into one of 1,000 histogram timers while another thread scrapes, once per second or without a pause.
 *
 * <p>The other thread scrapes the same registry, or a second registry of the same kind and size. The second registry is the control: it
 * costs the same CPU time and garbage, but shares no memory with the records.
 */
public class ScrapeCase {
    /** Pause of one scrape per second. Few servers scrape more often than every 15 s. */
    static final int SECOND_MILLIS = 1000;

    private static final int TIMERS = 1000;

    /** The work of the other thread. */
    public enum Background {
        /** No other thread runs. */
        IDLE,
        /** The other thread scrapes the registry that receives the records. */
        SCRAPE,
        /** The other thread scrapes the second registry. */
        OTHER_SCRAPE
    }

    @State(Scope.Benchmark)
    public static class RegistryState {
        @Param(Impl.PERCPU)
        public String impl = "";

        @Param("SCRAPE")
        public Background background = Background.SCRAPE;

        /** Time from the end of a scrape to the next, in milliseconds. */
        @Param("0")
        public int pauseMillis;

        Timer timer;
        private final List<MeterRegistry> registries = new ArrayList<>();
        private final AtomicLong scrapes = new AtomicLong();
        private final CountDownLatch stopped = new CountDownLatch(1);
        private @Nullable Thread scraper;

        @Setup
        public void open() {
            timer = openRegistry();
            Timer controlTimer = openRegistry();
            CounterCase.check(controlTimer.count());
            if (background != Background.IDLE) {
                MeterRegistry scraped = registries.get(background == Background.SCRAPE ? 0 : 1);
                scraper = Thread.ofPlatform().daemon().start(() -> scrapeUntilStopped(scraped));
            }
        }

        /** Opens a registry of timers with values in many buckets, and returns one of the timers. */
        private Timer openRegistry() {
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
            try {
                do {
                    Impl.scrape(scraped);
                    scrapes.incrementAndGet();
                } while (!stopped.await(pauseMillis, MILLISECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @TearDown
        public void close() throws InterruptedException {
            stopped.countDown();
            if (scraper != null) {
                scraper.join();
                CounterCase.check(scrapes.get());
            }
            registries.forEach(MeterRegistry::close);
        }
    }

    @Benchmark
    public void registry(RegistryState state, Amounts amounts) {
        state.timer.record(amounts.next(), NANOSECONDS);
    }
}
