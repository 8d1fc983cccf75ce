package dev.percpu.it.boot;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.springframework.context.annotation.Profile;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the program Measure calls within the running application. */
@RestController
@Profile("measure")
public class Measured {
    private final MeterRegistry registry;

    Measured(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Registers timers, each with one duration. */
    @PostMapping("/measure/timers/{count}")
    public void register(@PathVariable("count") int count) {
        for (int i = 0; i < count; i++) {
            registry.timer("measured.timer", "number", "" + i).record(i + 1, TimeUnit.MICROSECONDS);
        }
    }

    /** Records into one timer with a histogram, and returns the nanoseconds of one record in each thread. */
    @PostMapping("/measure/records/{threads}/{count}")
    public String record(@PathVariable("threads") int threads, @PathVariable("count") int count) throws Exception {
        Timer timer =
                Timer.builder("measured.histogram").publishPercentileHistogram().register(registry);
        List<Thread> started = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < threads; i++) {
            started.add(Thread.ofPlatform().start(() -> {
                ThreadLocalRandom random = ThreadLocalRandom.current();
                for (int j = 0; j < count; j++) {
                    timer.record(random.nextInt(1_000, 100_000_000), TimeUnit.NANOSECONDS);
                }
            }));
        }
        for (Thread thread : started) {
            thread.join();
        }
        return "" + (double) (System.nanoTime() - start) / count;
    }
}
