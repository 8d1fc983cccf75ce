package dev.percpu.registry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * A Java program without Quarkus: records into a registry and prints a scrape in two formats.
 *
 * <p>Arguments: names of classes that must not be on the class path.
 */
final class PlainJavaMain {
    private PlainJavaMain() {}

    public static void main(String[] forbidden) throws IOException {
        for (String name : forbidden) {
            try {
                throw new IllegalStateException("the class path must not have " + Class.forName(name));
            } catch (ClassNotFoundException expected) {
                // The class path is that of a program without this framework.
            }
        }
        PerCpuMeterRegistry registry = new PerCpuMeterRegistry();
        try {
            new PerCpuMeters(registry).bindTo(registry);
            registry.counter("orders", "kind", "web").increment(3);
            Timer timer = Timer.builder("checkout")
                    .publishPercentileHistogram()
                    .publishPercentiles(0.5)
                    .register(registry);
            timer.record(Duration.ofMillis(500));
            Gauge.builder("queue", () -> 7).register(registry);
            for (String contentType : List.of("text/plain", "application/openmetrics-text")) {
                System.out.print(registry.scrape(contentType));
            }
        } finally {
            registry.close();
        }
    }
}
