package dev.percpu.registry;

import java.time.Duration;

/** Records into a registry and prints a scrape, with any native library or none; as often as it has arguments, and once more. */
public final class FallbackMain {
    private FallbackMain() {}

    public static void main(String[] arguments) {
        for (int i = 0; i <= arguments.length; i++) {
            PerCpuMeterRegistry registry = new PerCpuMeterRegistry();
            try {
                new PerCpuMeters(registry).bindTo(registry);
                registry.counter("orders").increment(3);
                registry.timer("checkout").record(Duration.ofMillis(1));
                System.out.print(registry.scrape());
            } finally {
                registry.close();
            }
        }
    }
}
