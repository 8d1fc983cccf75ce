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
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** Operations on counters, gauges and custom meters. */
final class RandomMeters {
    private final Twins twins;
    private final Random random;
    private final RandomIds ids;
    private final List<Both<Counter>> counters = new ArrayList<>();
    private final List<Both<MultiGauge>> multiGauges = new ArrayList<>();

    /** What gauges and function counters hold weakly. */
    private final List<AtomicReference<Double>> held = new ArrayList<>();

    RandomMeters(Twins twins, Random random, RandomIds ids) {
        this.twins = twins;
        this.random = random;
        this.ids = ids;
    }

    void counter() {
        String name = ids.name("c");
        Tags tags = ids.tags();
        String unit = ids.unit();
        String description = ids.description();
        Both<Counter> made = twins.both(
                "counter " + name + tags + " in " + unit + " '" + description + "'",
                registry -> Counter.builder(name)
                        .tags(tags)
                        .baseUnit(unit)
                        .description(description)
                        .register(registry));
        if (made != null) {
            counters.add(made);
        }
    }

    void increment() {
        if (counters.isEmpty()) {
            return;
        }
        Both<Counter> counter = counters.get(random.nextInt(counters.size()));
        double amount = amount();
        twins.note("increment " + counter.ours().getId() + " by " + amount);
        counter.forEach(it -> it.increment(amount));
    }

    private double amount() {
        return switch (random.nextInt(20)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> Double.NaN;
            case 3 -> random.nextDouble();
            case 4 -> 1L << (30 + random.nextInt(23));
            case 5, 6, 7 -> random.nextInt(800) / 8.0;
            default -> 1 + random.nextInt(10);
        };
    }

    private AtomicReference<Double> held() {
        if (held.isEmpty() || random.nextBoolean()) {
            held.add(new AtomicReference<>(random.nextInt(1_000) / 8.0));
        }
        return held.get(random.nextInt(held.size()));
    }

    void functionCounter() {
        String name = ids.name("fc");
        Tags tags = ids.tags();
        String unit = ids.unit();
        AtomicReference<Double> value = held();
        twins.both(
                "function counter " + name + tags + " in " + unit + " of " + value,
                registry -> FunctionCounter.builder(name, value, AtomicReference::get)
                        .tags(tags)
                        .baseUnit(unit)
                        .register(registry));
    }

    void gauge() {
        String name = ids.name("g") + (random.nextInt(5) == 0 ? ".info" : "");
        Tags tags = ids.tags();
        String unit = ids.unit();
        String description = ids.description();
        AtomicReference<Double> value = held();
        boolean strong = random.nextInt(5) == 0;
        boolean failing = random.nextInt(10) == 0;
        twins.both(
                "gauge " + name + tags + " in " + unit + " '" + description + "' of " + value + (strong ? ", held" : "")
                        + (failing ? ", failing" : ""),
                registry -> Gauge.builder(name, value, it -> failing ? fail(it) : it.get())
                        .tags(tags)
                        .baseUnit(unit)
                        .description(description)
                        .strongReference(strong)
                        .register(registry));
    }

    private static double fail(AtomicReference<Double> value) {
        throw new IllegalStateException("no value but " + value);
    }

    void timeGauge() {
        String name = ids.name("tg");
        Tags tags = ids.tags();
        AtomicReference<Double> value = held();
        TimeUnit unit = TimeUnit.values()[random.nextInt(TimeUnit.values().length)];
        twins.both(
                "time gauge " + name + tags + " of " + value + " " + unit,
                registry -> TimeGauge.builder(name, value, unit, AtomicReference::get)
                        .tags(tags)
                        .register(registry));
    }

    void change() {
        if (!held.isEmpty()) {
            double now = switch (random.nextInt(12)) {
                case 0 -> Double.NaN;
                case 1 -> Double.POSITIVE_INFINITY;
                default -> random.nextInt(1_000) / 8.0;
            };
            AtomicReference<Double> value = held.get(random.nextInt(held.size()));
            twins.note("change " + value + " to " + now);
            value.set(now);
        }
    }

    /** Meters whose object is gone tell NaN, or their last value. */
    void collect() {
        if (held.isEmpty()) {
            return;
        }
        AtomicReference<Double> value = held.remove(random.nextInt(held.size()));
        twins.note("forget " + value);
        WeakReference<AtomicReference<Double>> forgotten = new WeakReference<>(value);
        value = null;
        for (int i = 0; i < 10 && forgotten.get() != null; i++) {
            System.gc();
        }
    }

    void multiGauge() {
        if (multiGauges.size() < 2) {
            String name = ids.name("mg");
            Tags tags = ids.tags();
            Both<MultiGauge> made = twins.both(
                    "multi-gauge " + name + tags,
                    registry -> MultiGauge.builder(name).tags(tags).register(registry));
            if (made != null) {
                multiGauges.add(made);
            }
            return;
        }
        Both<MultiGauge> multi = multiGauges.get(random.nextInt(multiGauges.size()));
        boolean overwrite = random.nextBoolean();
        int first = random.nextInt(3);
        int rows = random.nextInt(4);
        int value = random.nextInt(100);
        twins.note("rows " + first + " + " + rows + " of " + value + (overwrite ? ", overwriting" : ""));
        multi.forEach(it -> it.register(
                IntStream.range(first, first + rows)
                        .mapToObj(row -> MultiGauge.Row.of(Tags.of("row", "r" + row), value + row))
                        .toList(),
                overwrite));
    }

    void custom() {
        String name = ids.name("m");
        Tags tags = ids.tags();
        String description = ids.description();
        Meter.Type type = Meter.Type.values()[random.nextInt(Meter.Type.values().length)];
        List<Measurement> measurements = random.ints(1 + random.nextInt(3), 0, Statistic.values().length)
                .distinct()
                .mapToObj(i -> Statistic.values()[i])
                .map(statistic -> new Measurement(() -> statistic.ordinal() + 0.5, statistic))
                .toList();
        twins.both(
                "custom " + type + " " + name + tags + " of " + measurements,
                registry -> Meter.builder(name, type, measurements)
                        .tags(tags)
                        .description(description)
                        .register(registry));
    }
}
