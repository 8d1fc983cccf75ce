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

/** Random operations on counters, gauges and custom meters. */
final class RandomMeters {
    private final PairedRegistries registries;
    private final Random random;
    private final RandomIds ids;
    private final List<Pair<Counter>> counters = new ArrayList<>();
    private final List<Pair<MultiGauge>> multiGauges = new ArrayList<>();

    /** The objects of gauges and function counters, which refer to them weakly. */
    private final List<AtomicReference<Double>> objects = new ArrayList<>();

    RandomMeters(PairedRegistries registries, Random random, RandomIds ids) {
        this.registries = registries;
        this.random = random;
        this.ids = ids;
    }

    void counter() {
        String name = ids.name("c");
        Tags tags = ids.tags();
        String unit = ids.unit();
        String description = ids.description();
        Pair<Counter> created = registries.both(
                "counter " + name + tags + " in " + unit + " '" + description + "'",
                registry -> Counter.builder(name)
                        .tags(tags)
                        .baseUnit(unit)
                        .description(description)
                        .register(registry));
        if (created != null) {
            counters.add(created);
        }
    }

    void increment() {
        if (counters.isEmpty()) {
            return;
        }
        Pair<Counter> counter = counters.get(random.nextInt(counters.size()));
        double amount = amount();
        registries.log("increment " + counter.perCpu().getId() + " by " + amount);
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

    private AtomicReference<Double> object() {
        if (objects.isEmpty() || random.nextBoolean()) {
            objects.add(new AtomicReference<>(random.nextInt(1_000) / 8.0));
        }
        return objects.get(random.nextInt(objects.size()));
    }

    void functionCounter() {
        String name = ids.name("fc");
        Tags tags = ids.tags();
        String unit = ids.unit();
        AtomicReference<Double> value = object();
        registries.both(
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
        AtomicReference<Double> value = object();
        boolean strong = random.nextInt(5) == 0;
        boolean failing = random.nextInt(10) == 0;
        registries.both(
                "gauge " + name + tags + " in " + unit + " '" + description + "' of " + value
                        + (strong ? ", strong" : "") + (failing ? ", failing" : ""),
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
        AtomicReference<Double> value = object();
        TimeUnit unit = TimeUnit.values()[random.nextInt(TimeUnit.values().length)];
        registries.both(
                "time gauge " + name + tags + " of " + value + " " + unit,
                registry -> TimeGauge.builder(name, value, unit, AtomicReference::get)
                        .tags(tags)
                        .register(registry));
    }

    void changeObject() {
        if (!objects.isEmpty()) {
            double now = switch (random.nextInt(12)) {
                case 0 -> Double.NaN;
                case 1 -> Double.POSITIVE_INFINITY;
                default -> random.nextInt(1_000) / 8.0;
            };
            AtomicReference<Double> value = objects.get(random.nextInt(objects.size()));
            registries.log("change " + value + " to " + now);
            value.set(now);
        }
    }

    /** Makes an object unreachable. Its gauges then return NaN, and its function counters their last value. */
    void dropObject() {
        if (objects.isEmpty()) {
            return;
        }
        AtomicReference<Double> value = objects.remove(random.nextInt(objects.size()));
        registries.log("drop " + value);
        WeakReference<AtomicReference<Double>> dropped = new WeakReference<>(value);
        value = null;
        for (int i = 0; i < 10 && dropped.get() != null; i++) {
            System.gc();
        }
    }

    void multiGauge() {
        if (multiGauges.size() < 2) {
            String name = ids.name("mg");
            Tags tags = ids.tags();
            Pair<MultiGauge> created = registries.both(
                    "multi-gauge " + name + tags,
                    registry -> MultiGauge.builder(name).tags(tags).register(registry));
            if (created != null) {
                multiGauges.add(created);
            }
            return;
        }
        Pair<MultiGauge> multi = multiGauges.get(random.nextInt(multiGauges.size()));
        boolean overwrite = random.nextBoolean();
        int first = random.nextInt(3);
        int rows = random.nextInt(4);
        int value = random.nextInt(100);
        registries.log("rows " + first + " + " + rows + " of " + value + (overwrite ? ", overwriting" : ""));
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
        registries.both(
                "custom " + type + " " + name + tags + " of " + measurements,
                registry -> Meter.builder(name, type, measurements)
                        .tags(tags)
                        .description(description)
                        .register(registry));
    }
}
