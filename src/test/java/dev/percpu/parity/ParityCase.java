package dev.percpu.parity;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A named list of operations for both registries. */
public record ParityCase(String name, Consumer<MeterRegistry> operations) {
    @Override
    public String toString() {
        return name;
    }

    /** Records 1,000 durations up to about 72 s. They are the same in each call. */
    public static void recordInto(Timer timer) {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            timer.record((long) Math.exp(random.nextDouble() * 25), TimeUnit.NANOSECONDS);
        }
    }

    /** Records 1,000 amounts. They are the same in each call, and whole, because Micrometer rounds fractional amounts up. */
    public static void recordInto(DistributionSummary summary) {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            summary.record((long) Math.exp(random.nextDouble() * 12));
        }
    }
}
