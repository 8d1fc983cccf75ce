package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.shard.CellStore;
import dev.percpu.shard.QuickStores;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Registers and removes meters while threads still record through handles of removed meters and the garbage collector runs. The store has
 * no quarantine: only reachability protects a cell from early reuse.
 */
class CellReuseStressTest {
    /** Lives of meters. The duration depends on the garbage collector, which runs permanently. */
    private static final int LIVES = 40;

    /** Bytes of one life on one CPU: two histograms of 70 cells. */
    private static final int BYTES_OF_A_LIFE = 2 * 70 * 16;

    private static final long AT_MOST_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** The amount recorded through old handles: far larger than any sum of a new meter. */
    private static final int OLD = 20_000;

    private static final int NEW = 7;
    private static final Pattern COUNT =
            Pattern.compile("^new\\w*?_(?:total|count|bucket)\\{.*} (\\S+)$", Pattern.MULTILINE);

    private final CellStore store = QuickStores.withoutQuarantine();
    private final PerCpuMeterRegistry registry =
            new PerCpuMeterRegistry(PerCpuConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, null, store);
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final AtomicLong lives = new AtomicLong();
    private final AtomicLong scrapes = new AtomicLong();
    private volatile boolean stopped;

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void shouldNeverReuseCellsWhileAHandleIsReachable() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        threads.add(started(this::scrape));
        threads.add(started(this::collect));
        for (int i = 0; i < 3; i++) {
            int thread = i;
            threads.add(started(() -> live(thread)));
        }
        long start = System.nanoTime();
        boolean handedOn = false;
        while (!(handedOn && lives.get() >= LIVES)
                && violations.isEmpty()
                && System.nanoTime() - start < AT_MOST_NANOS) {
            TimeUnit.MILLISECONDS.sleep(10);
            handedOn |= areCellsHandedOn();
        }
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(violations).isEmpty();
        assertThat(scrapes.get()).isPositive();
        assertThat(lives.get()).isGreaterThanOrEqualTo(LIVES);
        assertThat(handedOn).as("%s for %s lives", store.statistics(), lives).isTrue();
    }

    /** Allows memory for half of the lives so far, with a minimum. */
    private boolean areCellsHandedOn() {
        return lives.get() >= LIVES / 2 && store.statistics().residentBytes() < lives.get() * BYTES_OF_A_LIFE / 2;
    }

    private Thread started(Runnable action) {
        return Thread.ofPlatform().start(() -> {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                violations.add(e.toString());
            }
        });
    }

    /** Registers meters, removes them, registers new ones, and records into both. */
    private void live(int thread) {
        for (int life = 0; !stopped; life++) {
            String tag = thread + "-" + life;
            Counter oldCounter = registry.counter("old", "life", tag);
            Timer oldTimer = histogram("old.timer", tag, registry);
            registry.remove(oldCounter);
            registry.remove(oldTimer);

            Counter counter = registry.counter("new", "life", tag);
            Timer timer = histogram("new.timer", tag, registry);
            DistributionSummary summary = registry.summary("new.summary", "life", tag);
            recordOld(oldCounter, oldTimer);
            for (int i = 0; i < NEW; i++) {
                counter.increment();
                timer.record(2, TimeUnit.MILLISECONDS);
                summary.record(0.5);
            }
            check("old counter", oldCounter.count(), OLD);
            check("old timer", oldTimer.count(), OLD);
            check("old timer's sum", oldTimer.totalTime(TimeUnit.SECONDS), OLD);
            check("new counter", counter.count(), NEW);
            check("new timer", timer.count(), NEW);
            check("new timer's sum", timer.totalTime(TimeUnit.MILLISECONDS), 2 * NEW);
            check("new timer's maximum", timer.max(TimeUnit.MILLISECONDS), 2);
            check("new summary", summary.totalAmount(), 0.5 * NEW);
            registry.remove(counter);
            registry.remove(timer);
            registry.remove(summary);
            lives.incrementAndGet();
        }
    }

    private static Timer histogram(String name, String tag, MeterRegistry in) {
        return Timer.builder(name).tag("life", tag).publishPercentileHistogram().register(in);
    }

    /** A loop that the JIT compiles as a whole. Only the records use the handles. */
    private static void recordOld(Counter counter, Timer timer) {
        for (int i = 0; i < OLD; i++) {
            counter.increment();
            timer.record(1, TimeUnit.SECONDS);
        }
    }

    private void check(String what, double actual, double expected) {
        if (actual != expected) {
            violations.add(what + " is " + actual + ", not " + expected);
        }
    }

    /** Checks that no scrape shows a new meter with counts of the old meter in the same cell. */
    private void scrape() {
        while (!stopped) {
            Matcher counts = COUNT.matcher(registry.scrape());
            while (counts.find()) {
                if (Double.parseDouble(counts.group(1)) > NEW) {
                    violations.add("a scrape shows " + counts.group());
                }
            }
            scrapes.incrementAndGet();
        }
    }

    private void collect() {
        while (!stopped) {
            System.gc();
            LockSupport.parkNanos(5_000_000); // leaves CPU time to the recording threads
        }
    }
}
