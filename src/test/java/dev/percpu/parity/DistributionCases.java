package dev.percpu.parity;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Cases with timers and summaries. */
final class DistributionCases {
    private static final AtomicInteger HELD = new AtomicInteger(42);

    private DistributionCases() {}

    static List<ParityCase> timers() {
        return List.of(
                new ParityCase("idle timer", registry -> registry.timer("idle")),
                new ParityCase("timer", registry -> ParityCase.recordInto(registry.timer("http.requests", "uri", "/"))),
                new ParityCase("timer of seconds", registry -> ParityCase.recordInto(registry.timer("took.seconds"))),
                new ParityCase("timer with unusual amounts", registry -> {
                    Timer timer = registry.timer("odd");
                    timer.record(-1, TimeUnit.SECONDS);
                    timer.record(0, TimeUnit.DAYS);
                    timer.record(Duration.ofNanos(7));
                    timer.record(200, TimeUnit.DAYS);
                }),
                new ParityCase("1,000 timers of all magnitudes", registry -> {
                    Random random = new Random(1);
                    for (int i = 0; i < 1000; i++) {
                        registry.timer("magnitudes", "i", Integer.toString(i))
                                .record(random.nextLong() >>> random.nextInt(1, 64), TimeUnit.NANOSECONDS);
                    }
                }),
                new ParityCase(
                        "percentile histogram",
                        registry -> ParityCase.recordInto(Timer.builder("h")
                                .publishPercentileHistogram()
                                .description("with buckets")
                                .register(registry))),
                new ParityCase(
                        "percentile histogram, idle",
                        registry ->
                                Timer.builder("h").publishPercentileHistogram().register(registry)),
                new ParityCase(
                        "percentile histogram with bounds",
                        registry -> ParityCase.recordInto(Timer.builder("h")
                                .publishPercentileHistogram()
                                .minimumExpectedValue(Duration.ofMillis(3))
                                .maximumExpectedValue(Duration.ofSeconds(2))
                                .register(registry))),
                new ParityCase(
                        "objectives",
                        registry -> ParityCase.recordInto(Timer.builder("slo")
                                .serviceLevelObjectives(
                                        Duration.ofMillis(10), Duration.ofMillis(100), Duration.ofNanos(1))
                                .register(registry))),
                new ParityCase(
                        "objectives and percentile histogram",
                        registry -> ParityCase.recordInto(Timer.builder("slo")
                                .publishPercentileHistogram()
                                .serviceLevelObjectives(Duration.ofMillis(11), Duration.ofHours(10))
                                .register(registry))),
                new ParityCase(
                        "percentiles, idle",
                        registry ->
                                Timer.builder("p").publishPercentiles(0.5, 0.99).register(registry)),
                new ParityCase(
                        "percentiles of one amount",
                        registry -> Timer.builder("p")
                                .publishPercentiles(0.5, 0.99)
                                .register(registry)
                                .record(Duration.ofMillis(123))),
                new ParityCase(
                        "percentiles",
                        registry -> ParityCase.recordInto(Timer.builder("p")
                                .publishPercentiles(0, 0.5, 0.9, 0.99, 1)
                                .tag("x", "y")
                                .register(registry))),
                new ParityCase("percentiles of two digits", registry -> {
                    Timer timer = Timer.builder("p")
                            .publishPercentiles(0.5, 0.9, 0.99)
                            .percentilePrecision(2)
                            .register(registry);
                    for (int millis = 1; millis <= 30_000; millis += 13) {
                        timer.record(Duration.ofMillis(millis));
                    }
                }),
                new ParityCase(
                        "percentiles beside objectives",
                        registry -> ParityCase.recordInto(Timer.builder("p")
                                .publishPercentiles(0.5, 0.9)
                                .serviceLevelObjectives(Duration.ofMillis(77))
                                .register(registry))),
                new ParityCase(
                        "function timer",
                        registry -> FunctionTimer.builder(
                                        "ft", HELD, AtomicInteger::get, held -> 123.5, TimeUnit.MILLISECONDS)
                                .register(registry)),
                new ParityCase(
                        "long task timer, idle",
                        registry -> LongTaskTimer.builder("ltt").register(registry)),
                new ParityCase("long task timers", registry -> {
                    LongTaskTimer.builder("ltt").register(registry).start();
                    LongTaskTimer.builder("ltt.percentiles")
                            .publishPercentiles(0.5, 0.99)
                            .register(registry)
                            .start();
                    LongTaskTimer.builder("ltt.histogram")
                            .publishPercentileHistogram()
                            .register(registry)
                            .start();
                    LongTaskTimer.builder("ltt.slo")
                            .serviceLevelObjectives(Duration.ofMinutes(1))
                            .register(registry)
                            .start();
                }));
    }

    static List<ParityCase> summaries() {
        return List.of(
                new ParityCase("1,000 summaries of all magnitudes", registry -> {
                    Random random = new Random(1);
                    for (int i = 0; i < 1000; i++) {
                        registry.summary("magnitudes", "i", Integer.toString(i))
                                .record(random.nextLong() >>> random.nextInt(1, 64));
                    }
                }),
                new ParityCase("idle summary", registry -> registry.summary("idle")),
                new ParityCase("summary", registry -> ParityCase.recordInto(registry.summary("sizes", "a", "b"))),
                new ParityCase("summary with unusual amounts", registry -> {
                    DistributionSummary summary = registry.summary("odd");
                    summary.record(-1);
                    summary.record(0);
                    summary.record(-0.0);
                    summary.record(Double.NaN);
                    summary.record(Double.MIN_VALUE);
                    summary.record(1e300);
                }),
                new ParityCase(
                        "infinite summary", registry -> registry.summary("odd").record(Double.POSITIVE_INFINITY)),
                new ParityCase(
                        "scaled summary",
                        registry -> ParityCase.recordInto(DistributionSummary.builder("scaled")
                                .scale(8)
                                .baseUnit("bytes")
                                .register(registry))),
                new ParityCase(
                        "percentile histogram of a summary",
                        registry -> ParityCase.recordInto(DistributionSummary.builder("h")
                                .publishPercentileHistogram()
                                .register(registry))),
                new ParityCase(
                        "bounded percentile histogram of a summary",
                        registry -> ParityCase.recordInto(DistributionSummary.builder("h")
                                .publishPercentileHistogram()
                                .minimumExpectedValue(10.0)
                                .maximumExpectedValue(500.0)
                                .register(registry))),
                new ParityCase(
                        "objectives of a summary",
                        registry -> ParityCase.recordInto(DistributionSummary.builder("slo")
                                .serviceLevelObjectives(10, 100, Double.POSITIVE_INFINITY)
                                .register(registry))),
                new ParityCase(
                        "percentiles of a summary",
                        registry -> ParityCase.recordInto(DistributionSummary.builder("p")
                                .publishPercentiles(0.1, 0.5, 0.99)
                                .register(registry))));
    }
}
