package dev.percpu.parity;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusDurationNamingConvention;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Cases with counters, gauges and custom meters, and with operations on any meter. */
final class MeterCases {
    private static final AtomicInteger HELD = new AtomicInteger(42);

    private MeterCases() {}

    static List<ParityCase> counters() {
        return List.of(
                new ParityCase("nothing", registry -> {}),
                new ParityCase(
                        "counter", registry -> registry.counter("requests").increment()),
                new ParityCase(
                        "counter with a total",
                        registry -> registry.counter("requests.total").increment()),
                new ParityCase("whole and fractional amounts", registry -> {
                    Counter counter = registry.counter("bytes", "kind", "in");
                    counter.increment(3);
                    counter.increment(0.25);
                    counter.increment(1L << 40);
                    counter.increment(1L << 31);
                    counter.increment(0);
                    counter.increment(-1);
                    counter.increment(Double.NaN);
                }),
                new ParityCase(
                        "infinite amount", registry -> registry.counter("c").increment(Double.POSITIVE_INFINITY)),
                new ParityCase(
                        "base unit and description",
                        registry -> Counter.builder("read")
                                .baseUnit("bytes")
                                .description("bytes \"read\"\nso \\far")
                                .register(registry)
                                .increment(2)),
                new ParityCase("many tags and unusual values", registry -> {
                    for (String value : List.of("", " ", "ä\"ö\\\n", "a".repeat(5000), "Z", "0")) {
                        registry.counter("odd-name.of a counter", "tag.one", value, "2nd", "x", "_under", "y")
                                .increment();
                    }
                }),
                new ParityCase("100 series and descriptions", registry -> {
                    for (int i = 0; i < 100; i++) {
                        Counter.builder("many")
                                .description("number " + i)
                                .tag("i", Integer.toString(i))
                                .register(registry)
                                .increment(i);
                    }
                }),
                new ParityCase("1,000 counters of all magnitudes", registry -> {
                    Random random = new Random(1);
                    for (int i = 0; i < 1000; i++) {
                        double amount = Math.exp(random.nextDouble(-20, 45));
                        registry.counter("magnitudes", "i", Integer.toString(i))
                                .increment(i % 2 == 0 ? amount : Math.rint(amount));
                    }
                }),
                new ParityCase("function counter", registry -> {
                    FunctionCounter.builder("calls", HELD, AtomicInteger::get)
                            .baseUnit("things")
                            .register(registry);
                    FunctionCounter.builder("fractions", HELD, held -> held.get() / 8.0)
                            .tag("a", "b")
                            .register(registry);
                }));
    }

    static List<ParityCase> gauges() {
        return List.of(
                new ParityCase(
                        "gauge",
                        registry -> Gauge.builder("temperature", HELD, AtomicInteger::get)
                                .baseUnit("celsius")
                                .description("now")
                                .tags("room", "1")
                                .register(registry)),
                new ParityCase("gauges with unusual values", registry -> {
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
                new ParityCase("info", registry -> {
                    Gauge.builder("app.info", () -> 1).tag("version", "1.2").register(registry);
                    Gauge.builder("jvm.info", () -> 1).description("d").register(registry);
                }),
                new ParityCase(
                        "time gauge",
                        registry -> TimeGauge.builder("age", () -> 1500, TimeUnit.MILLISECONDS)
                                .tag("t", "v")
                                .register(registry)),
                new ParityCase("multi gauge", registry -> {
                    MultiGauge multi =
                            MultiGauge.builder("rows").tag("table", "t").register(registry);
                    multi.register(
                            List.of(MultiGauge.Row.of(Tags.of("k", "1"), 1), MultiGauge.Row.of(Tags.of("k", "2"), 2)));
                    multi.register(
                            List.of(MultiGauge.Row.of(Tags.of("k", "2"), 3), MultiGauge.Row.of(Tags.of("k", "3"), 4)),
                            true);
                }));
    }

    static List<ParityCase> others() {
        return List.of(
                new ParityCase("custom meters", registry -> {
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
                new ParityCase("common tags and filters", registry -> {
                    registry.config()
                            .commonTags("app", "test", "a", "z")
                            .meterFilter(MeterFilter.renameTag("c", "k", "renamed"))
                            .meterFilter(MeterFilter.denyNameStartsWith("no"))
                            .meterFilter(MeterFilter.ignoreTags("gone"));
                    registry.counter("c", "k", "v", "gone", "g").increment();
                    registry.counter("nothing").increment();
                    ParityCase.recordInto(registry.timer("t"));
                }),
                new ParityCase("another naming convention", registry -> {
                    registry.config().namingConvention(new PrometheusDurationNamingConvention());
                    ParityCase.recordInto(registry.timer("t"));
                    registry.counter("c").increment();
                }),
                new ParityCase("removal and re-registration", registry -> {
                    Counter first = registry.counter("c", "k", "1");
                    first.increment(5);
                    registry.counter("c", "k", "2").increment(6);
                    Timer timer = registry.timer("t");
                    ParityCase.recordInto(timer);
                    registry.remove(first);
                    registry.remove(timer);
                    first.increment(100);
                    registry.counter("c", "k", "1").increment();
                    registry.counter("gone").increment();
                    registry.remove(registry.counter("gone"));
                }),
                new ParityCase("name collision", registry -> {
                    registry.counter("a.b").increment(1);
                    registry.counter("a_b").increment(2);
                    registry.counter("a.b", "k", "v").increment(3);
                }),
                new ParityCase("type collision", registry -> {
                    registry.counter("a").increment(1);
                    Gauge.builder("a", () -> 1).tag("k", "v").register(registry);
                    ParityCase.recordInto(registry.summary("a", "k", "w"));
                }),
                new ParityCase("a gauge beside a maximum", registry -> {
                    ParityCase.recordInto(registry.timer("a"));
                    Gauge.builder("a.seconds.max", () -> 3).tag("k", "v").register(registry);
                }),
                new ParityCase("closed", registry -> {
                    Counter held = registry.counter("held");
                    Timer timer = registry.timer("timer");
                    registry.close();
                    held.increment(3);
                    ParityCase.recordInto(timer);
                    registry.counter("late").increment();
                }));
    }
}
