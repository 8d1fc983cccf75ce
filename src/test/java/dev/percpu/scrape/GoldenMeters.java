package dev.percpu.scrape;

import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;

/** The meters of the golden files. Stateless. */
final class GoldenMeters {
    private static final String AWKWARD = "/\"quoted\"\\back\nnext line/\u00e4\u20ac";

    private GoldenMeters() {}

    /** Registers the meters and records into them. */
    static void record(PerCpuMeterRegistry registry, MockClock clock) {
        for (String uri : new String[] {"/items", AWKWARD}) {
            Counter.builder("calls")
                    .description("How often it was called,\nin two \"lines\" and a back\\slash")
                    .tag("uri", uri)
                    .tag("method", "GET")
                    .register(registry)
                    .increment(12_345_678);
        }
        registry.counter("weight").increment(0.1);
        Timer timer = Timer.builder("latency").tag("uri", AWKWARD).register(registry);
        timer.record(Duration.ofNanos(123_456_789));
        timer.record(Duration.ofNanos(1));
        registry.timer("idle");
        Timer buckets = Timer.builder("buckets")
                .description("A histogram")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(5))
                .maximumExpectedValue(Duration.ofMillis(20))
                .register(registry);
        for (int millis = 1; millis <= 40; millis *= 2) {
            buckets.record(Duration.ofMillis(millis));
        }
        DistributionSummary sizes = DistributionSummary.builder("sizes")
                .baseUnit("bytes")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        for (int i = 1; i <= 100; i++) {
            sizes.record(i * 10);
        }
        Gauge.builder("temperature", () -> -2.5e-7).description("Outside").register(registry);
        Gauge.builder("unknown", () -> Double.NaN).register(registry);
        Gauge.builder("app.info", () -> 1).tag("version", "1.2").register(registry);
        LongTaskTimer.builder("export").tag("kind", "full").register(registry).start();
        clock.add(Duration.ofMillis(4_250));
    }

    /** Returns the text of a golden file. */
    static String file(String name) throws IOException {
        try (InputStream in = GoldenMeters.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
