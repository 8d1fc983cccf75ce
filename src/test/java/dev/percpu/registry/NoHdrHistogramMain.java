package dev.percpu.registry;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.InvalidConfigurationException;
import java.time.Duration;

/** Registers percentiles where HdrHistogram is missing, and scrapes the other meters. */
final class NoHdrHistogramMain {
    private NoHdrHistogramMain() {}

    public static void main(String[] arguments) {
        PerCpuMeterRegistry registry = new PerCpuMeterRegistry();
        Timer.builder("kept").publishPercentileHistogram().register(registry).record(Duration.ofMillis(1));
        printRejection(
                "timer",
                () -> Timer.builder("percentiles").publishPercentiles(0.5).register(registry));
        printRejection(
                "summary",
                () -> DistributionSummary.builder("percentiles.of.amounts")
                        .publishPercentiles(0.5)
                        .register(registry));
        System.out.println(registry.scrape());
        registry.close();
    }

    private static void printRejection(String meter, Runnable registration) {
        try {
            registration.run();
        } catch (InvalidConfigurationException e) {
            System.out.println("rejected " + meter + ": " + e.getMessage());
        }
    }
}
