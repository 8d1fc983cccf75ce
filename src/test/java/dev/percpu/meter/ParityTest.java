package dev.percpu.meter;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusDurationNamingConvention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same operations on our registry and on Micrometer's give the same bytes in every format. */
class ParityTest {
    private static final AtomicInteger HELD = new AtomicInteger(42);

    record Case(String name, Consumer<MeterRegistry> operations) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(counters(), gauges(), timers(), summaries(), others()).flatMap(List::stream);
    }

    private static List<Case> counters() {
        return List.of(
                new Case("nothing", registry -> {}),
                new Case("counter", registry -> registry.counter("requests").increment()),
                new Case(
                        "counter with a total",
                        registry -> registry.counter("requests.total").increment()),
                new Case("whole and other amounts", registry -> {
                    Counter counter = registry.counter("bytes", "kind", "in");
                    counter.increment(3);
                    counter.increment(0.25);
                    counter.increment(1L << 40);
                    counter.increment(1L << 31);
                    counter.increment(0);
                    counter.increment(-1);
                    counter.increment(Double.NaN);
                }),
                new Case("infinite amount", registry -> registry.counter("c").increment(Double.POSITIVE_INFINITY)),
                new Case(
                        "base unit and description",
                        registry -> Counter.builder("read")
                                .baseUnit("bytes")
                                .description("what was \"read\"\nso \\far")
                                .register(registry)
                                .increment(2)),
                new Case("many tags and odd values", registry -> {
                    for (String value : List.of("", " ", "ä\"ö\\\n", "a".repeat(5000), "Z", "0")) {
                        registry.counter("odd-name.of a counter", "tag.one", value, "2nd", "x", "_under", "y")
                                .increment();
                    }
                }),
                new Case("100 series and descriptions", registry -> {
                    for (int i = 0; i < 100; i++) {
                        Counter.builder("many")
                                .description("number " + i)
                                .tag("i", Integer.toString(i))
                                .register(registry)
                                .increment(i);
                    }
                }),
                new Case("function counter", registry -> {
                    FunctionCounter.builder("calls", HELD, AtomicInteger::get)
                            .baseUnit("things")
                            .register(registry);
                    FunctionCounter.builder("fractions", HELD, held -> held.get() / 8.0)
                            .tag("a", "b")
                            .register(registry);
                }));
    }

    private static List<Case> gauges() {
        return List.of(
                new Case(
                        "gauge",
                        registry -> Gauge.builder("temperature", HELD, AtomicInteger::get)
                                .baseUnit("celsius")
                                .description("now")
                                .tags("room", "1")
                                .register(registry)),
                new Case("gauges of odd values", registry -> {
                    Gauge.builder("a", () -> Double.NaN).register(registry);
                    Gauge.builder("b", () -> Double.NEGATIVE_INFINITY).register(registry);
                    Gauge.builder("c", () -> -0.0).register(registry);
                    Gauge.builder("d", () -> 1e-300).register(registry);
                    Gauge.builder("e", HELD, held -> {
                                throw new IllegalStateException("no value");
                            })
                            .register(registry);
                    Gauge.builder("f", null, held -> 1).register(registry);
                    Gauge.builder("g.total", () -> 5).register(registry);
                }),
                new Case("info", registry -> {
                    Gauge.builder("app.info", () -> 1).tag("version", "1.2").register(registry);
                    Gauge.builder("jvm.info", () -> 1).description("d").register(registry);
                }),
                new Case(
                        "time gauge",
                        registry -> TimeGauge.builder("age", () -> 1500, TimeUnit.MILLISECONDS)
                                .tag("t", "v")
                                .register(registry)),
                new Case("multi gauge", registry -> {
                    MultiGauge multi =
                            MultiGauge.builder("rows").tag("table", "t").register(registry);
                    multi.register(
                            List.of(MultiGauge.Row.of(Tags.of("k", "1"), 1), MultiGauge.Row.of(Tags.of("k", "2"), 2)));
                    multi.register(
                            List.of(MultiGauge.Row.of(Tags.of("k", "2"), 3), MultiGauge.Row.of(Tags.of("k", "3"), 4)),
                            true);
                }));
    }

    private static List<Case> timers() {
        return List.of(
                new Case("idle timer", registry -> registry.timer("idle")),
                new Case("timer", registry -> recordInto(registry.timer("http.requests", "uri", "/"))),
                new Case("timer of seconds", registry -> recordInto(registry.timer("took.seconds"))),
                new Case("timer of odd amounts", registry -> {
                    Timer timer = registry.timer("odd");
                    timer.record(-1, TimeUnit.SECONDS);
                    timer.record(0, TimeUnit.DAYS);
                    timer.record(Duration.ofNanos(7));
                    timer.record(200, TimeUnit.DAYS);
                }),
                new Case(
                        "percentile histogram",
                        registry -> recordInto(Timer.builder("h")
                                .publishPercentileHistogram()
                                .description("with buckets")
                                .register(registry))),
                new Case(
                        "percentile histogram, idle",
                        registry ->
                                Timer.builder("h").publishPercentileHistogram().register(registry)),
                new Case(
                        "percentile histogram with bounds",
                        registry -> recordInto(Timer.builder("h")
                                .publishPercentileHistogram()
                                .minimumExpectedValue(Duration.ofMillis(3))
                                .maximumExpectedValue(Duration.ofSeconds(2))
                                .register(registry))),
                new Case(
                        "objectives",
                        registry -> recordInto(Timer.builder("slo")
                                .serviceLevelObjectives(
                                        Duration.ofMillis(10), Duration.ofMillis(100), Duration.ofNanos(1))
                                .register(registry))),
                new Case(
                        "objectives and percentile histogram",
                        registry -> recordInto(Timer.builder("slo")
                                .publishPercentileHistogram()
                                .serviceLevelObjectives(Duration.ofMillis(11), Duration.ofHours(10))
                                .register(registry))),
                new Case(
                        "percentiles, idle",
                        registry ->
                                Timer.builder("p").publishPercentiles(0.5, 0.99).register(registry)),
                new Case(
                        "percentiles of one amount",
                        registry -> Timer.builder("p")
                                .publishPercentiles(0.5, 0.99)
                                .register(registry)
                                .record(Duration.ofMillis(123))),
                new Case(
                        "percentiles",
                        registry -> recordInto(Timer.builder("p")
                                .publishPercentiles(0, 0.5, 0.9, 0.99, 1)
                                .tag("x", "y")
                                .register(registry))),
                new Case("percentiles of two digits", registry -> {
                    Timer timer = Timer.builder("p")
                            .publishPercentiles(0.5, 0.9, 0.99)
                            .percentilePrecision(2)
                            .register(registry);
                    for (int millis = 1; millis <= 30_000; millis += 13) {
                        timer.record(Duration.ofMillis(millis));
                    }
                }),
                new Case(
                        "percentiles beside objectives",
                        registry -> recordInto(Timer.builder("p")
                                .publishPercentiles(0.5, 0.9)
                                .serviceLevelObjectives(Duration.ofMillis(77))
                                .register(registry))),
                new Case(
                        "function timer",
                        registry -> FunctionTimer.builder(
                                        "ft", HELD, AtomicInteger::get, held -> 123.5, TimeUnit.MILLISECONDS)
                                .register(registry)),
                new Case(
                        "long task timer, idle",
                        registry -> LongTaskTimer.builder("ltt").register(registry)),
                new Case("long task timers", registry -> {
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

    private static List<Case> summaries() {
        return List.of(
                new Case("idle summary", registry -> registry.summary("idle")),
                new Case("summary", registry -> recordInto(registry.summary("sizes", "a", "b"))),
                new Case("summary of odd amounts", registry -> {
                    DistributionSummary summary = registry.summary("odd");
                    summary.record(-1);
                    summary.record(0);
                    summary.record(-0.0);
                    summary.record(Double.NaN);
                    summary.record(Double.MIN_VALUE);
                    summary.record(1e300);
                }),
                new Case("infinite summary", registry -> registry.summary("odd").record(Double.POSITIVE_INFINITY)),
                new Case(
                        "scaled summary",
                        registry -> recordInto(DistributionSummary.builder("scaled")
                                .scale(8)
                                .baseUnit("bytes")
                                .register(registry))),
                new Case(
                        "percentile histogram of a summary",
                        registry -> recordInto(DistributionSummary.builder("h")
                                .publishPercentileHistogram()
                                .register(registry))),
                new Case(
                        "bounded percentile histogram of a summary",
                        registry -> recordInto(DistributionSummary.builder("h")
                                .publishPercentileHistogram()
                                .minimumExpectedValue(10.0)
                                .maximumExpectedValue(500.0)
                                .register(registry))),
                new Case(
                        "objectives of a summary",
                        registry -> recordInto(DistributionSummary.builder("slo")
                                .serviceLevelObjectives(10, 100, Double.POSITIVE_INFINITY)
                                .register(registry))),
                new Case(
                        "percentiles of a summary",
                        registry -> recordInto(DistributionSummary.builder("p")
                                .publishPercentiles(0.1, 0.5, 0.99)
                                .register(registry))));
    }

    private static List<Case> others() {
        return List.of(
                new Case("custom meters", registry -> {
                    List<Measurement> measurements = new ArrayList<>();
                    for (Statistic statistic : Statistic.values()) {
                        measurements.add(new Measurement(() -> statistic.ordinal() + 0.5, statistic));
                    }
                    Meter.builder("custom", Meter.Type.OTHER, measurements.subList(0, 1))
                            .register(registry);
                    Meter.builder(
                                    "all",
                                    Meter.Type.OTHER,
                                    List.of(
                                            measurements.get(Statistic.TOTAL.ordinal()),
                                            measurements.get(Statistic.COUNT.ordinal()),
                                            measurements.get(Statistic.MAX.ordinal()),
                                            measurements.get(Statistic.VALUE.ordinal()),
                                            measurements.get(Statistic.UNKNOWN.ordinal()),
                                            measurements.get(Statistic.ACTIVE_TASKS.ordinal()),
                                            measurements.get(Statistic.DURATION.ordinal()),
                                            measurements.get(Statistic.TOTAL_TIME.ordinal())))
                            .tag("x", "y")
                            .description("everything")
                            .register(registry);
                    Meter.builder("typed", Meter.Type.COUNTER, measurements).register(registry);
                }),
                new Case("common tags and filters", registry -> {
                    registry.config()
                            .commonTags("app", "test", "a", "z")
                            .meterFilter(MeterFilter.renameTag("c", "k", "renamed"))
                            .meterFilter(MeterFilter.denyNameStartsWith("no"))
                            .meterFilter(MeterFilter.ignoreTags("gone"));
                    registry.counter("c", "k", "v", "gone", "g").increment();
                    registry.counter("nothing").increment();
                    recordInto(registry.timer("t"));
                }),
                new Case("another naming convention", registry -> {
                    registry.config().namingConvention(new PrometheusDurationNamingConvention());
                    recordInto(registry.timer("t"));
                    registry.counter("c").increment();
                }),
                new Case("removal and re-registration", registry -> {
                    Counter first = registry.counter("c", "k", "1");
                    first.increment(5);
                    registry.counter("c", "k", "2").increment(6);
                    Timer timer = registry.timer("t");
                    recordInto(timer);
                    registry.remove(first);
                    registry.remove(timer);
                    first.increment(100);
                    registry.counter("c", "k", "1").increment();
                    registry.counter("gone").increment();
                    registry.remove(registry.counter("gone"));
                }),
                new Case("name collision", registry -> {
                    registry.counter("a.b").increment(1);
                    registry.counter("a_b").increment(2);
                    registry.counter("a.b", "k", "v").increment(3);
                }),
                new Case("type collision", registry -> {
                    registry.counter("a").increment(1);
                    Gauge.builder("a", () -> 1).tag("k", "v").register(registry);
                    recordInto(registry.summary("a", "k", "w"));
                }),
                new Case("a gauge beside a maximum", registry -> {
                    recordInto(registry.timer("a"));
                    Gauge.builder("a.seconds.max", () -> 3).tag("k", "v").register(registry);
                }),
                new Case("closed", registry -> {
                    Counter held = registry.counter("held");
                    Timer timer = registry.timer("timer");
                    registry.close();
                    held.increment(3);
                    recordInto(timer);
                    registry.counter("late").increment();
                }));
    }

    private static void recordInto(Timer timer) {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            timer.record((long) Math.exp(random.nextDouble() * 25), TimeUnit.NANOSECONDS);
        }
    }

    /** Whole amounts: the peer rounds others up. */
    private static void recordInto(DistributionSummary summary) {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            summary.record((long) Math.exp(random.nextDouble() * 12));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldBeScrapedAlike(Case operations) {
        new Peers().doing(operations.operations).shouldBeScrapedAlike();
    }
}
