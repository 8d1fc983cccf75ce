package dev.percpu.parity;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Random operations on timers, long task timers and summaries. All recorded amounts are kept in a {@link History} per meter. */
final class RandomDistributions implements Expectation.Histories {
    private static final double[] SCALES = {1, 1, 1, 8, 0.5};

    private final PairedRegistries registries;
    private final Random random;
    private final RandomIds ids;
    private final Duration step;
    private final List<Pair<Timer>> timers = new ArrayList<>();
    private final List<Pair<DistributionSummary>> summaries = new ArrayList<>();
    private final List<Pair<LongTaskTimer.Sample>> tasks = new ArrayList<>();
    private final List<Pair<Timer.Sample>> samples = new ArrayList<>();

    /** By the meter of the per-CPU registry. */
    private final IdentityHashMap<Meter, History> histories = new IdentityHashMap<>();

    /** The scale of each summary, by the meter of the per-CPU registry. A summary has no getter for it. */
    private final IdentityHashMap<Meter, Double> scales = new IdentityHashMap<>();

    RandomDistributions(PairedRegistries registries, Random random, RandomIds ids, Duration step) {
        this.registries = registries;
        this.random = random;
        this.ids = ids;
        this.step = step;
    }

    void timer() {
        boolean bucketed = random.nextInt(3) == 0;
        String name = ids.name(bucketed != (random.nextInt(300) == 0) ? "t.h" : "t");
        Tags tags = ids.tags();
        String description = ids.description();
        DistributionOptions options = DistributionOptions.draw(random, bucketed);
        Pair<Timer> created = registries.both(
                "timer " + name + tags + " '" + description + "' " + options,
                registry -> options.of(Timer.builder(name).tags(tags).description(description))
                        .register(registry));
        if (created != null) {
            timers.add(created);
            remember(created.perCpu(), options);
        }
    }

    void summary() {
        boolean bucketed = random.nextInt(3) == 0;
        String name = ids.name(bucketed != (random.nextInt(300) == 0) ? "s.h" : "s");
        Tags tags = ids.tags();
        String description = ids.description();
        String unit = ids.unit();
        double scale = SCALES[random.nextInt(SCALES.length)];
        DistributionOptions options = DistributionOptions.draw(random, bucketed);
        Pair<DistributionSummary> created = registries.both(
                "summary " + name + tags + " '" + description + "' in " + unit + " times " + scale + " " + options,
                registry -> options.of(DistributionSummary.builder(name)
                                .tags(tags)
                                .description(description)
                                .baseUnit(unit)
                                .scale(scale))
                        .register(registry));
        if (created != null) {
            summaries.add(created);
            remember(created.perCpu(), options);
            scales.putIfAbsent(created.perCpu(), scale);
        }
    }

    private void remember(Meter meter, DistributionOptions options) {
        histories.computeIfAbsent(meter, it -> new History(registries.peers().nowMillis(), options, step));
    }

    void recordTime() {
        if (timers.isEmpty()) {
            return;
        }
        Pair<Timer> timer = timers.get(random.nextInt(timers.size()));
        for (int i = random.nextInt(6); i >= 0; i--) {
            long nanos = nanos();
            registries.log("record " + nanos + " ns into " + timer.perCpu().getId());
            timer.forEach(it -> it.record(nanos, TimeUnit.NANOSECONDS));
            observe(timer.perCpu(), nanos);
        }
    }

    private long nanos() {
        return switch (random.nextInt(20)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> 1 + random.nextInt(1_000);
            case 3 -> TimeUnit.DAYS.toNanos(1 + random.nextInt(300));
            default -> (long) Math.exp(random.nextDouble() * 25);
        };
    }

    void recordAmount() {
        if (summaries.isEmpty()) {
            return;
        }
        Pair<DistributionSummary> summary = summaries.get(random.nextInt(summaries.size()));
        for (int i = random.nextInt(6); i >= 0; i--) {
            double amount = amount();
            registries.log("record " + amount + " into " + summary.perCpu().getId());
            summary.forEach(it -> it.record(amount));
            observe(summary.perCpu(), amount * scales.get(summary.perCpu()));
        }
    }

    private double amount() {
        return switch (random.nextInt(24)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> Double.NaN;
            case 3 -> random.nextDouble() * 100;
            case 4 -> 1e9 + random.nextInt(1_000);
            case 5, 6, 7, 8 -> random.nextInt(8_000) / 8.0;
            case 9, 10, 11 -> random.nextInt(24) / 8.0;
            default -> (long) Math.exp(random.nextDouble() * 12);
        };
    }

    private void observe(Meter perCpu, double amount) {
        histories.get(perCpu).observe(registries.peers().nowMillis(), amount);
    }

    void functionTimer() {
        String name = ids.name("ft");
        Tags tags = ids.tags();
        String description = ids.description();
        long count = random.nextInt(1_000);
        double total = random.nextInt(100_000) / 8.0;
        TimeUnit unit = TimeUnit.values()[random.nextInt(TimeUnit.values().length)];
        registries.both(
                "function timer " + name + tags + " of " + count + " in " + total + " " + unit,
                registry -> FunctionTimer.builder(name, this, it -> count, it -> total, unit)
                        .tags(tags)
                        .description(description)
                        .register(registry));
    }

    void startTask() {
        boolean bucketed = random.nextInt(3) == 0;
        String name = ids.name(bucketed != (random.nextInt(300) == 0) ? "ltt.h" : "ltt");
        Tags tags = ids.tags();
        String description = ids.description();
        DistributionOptions options = DistributionOptions.draw(random, bucketed);
        Pair<LongTaskTimer.Sample> started = registries.both(
                "long task " + name + tags + " '" + description + "' " + options,
                registry -> options.of(LongTaskTimer.builder(name).tags(tags).description(description))
                        .register(registry)
                        .start());
        if (started != null) {
            tasks.add(started);
        }
    }

    void stopTask() {
        if (!tasks.isEmpty()) {
            registries.log("stop a long task");
            tasks.remove(random.nextInt(tasks.size())).forEach(LongTaskTimer.Sample::stop);
        }
    }

    void startSample() {
        Pair<Timer.Sample> started = registries.both("start a sample", Timer::start);
        if (started != null) {
            samples.add(started);
        }
    }

    void stopSample() {
        if (samples.isEmpty() || timers.isEmpty()) {
            return;
        }
        Pair<Timer.Sample> sample = samples.remove(random.nextInt(samples.size()));
        Pair<Timer> timer = timers.get(random.nextInt(timers.size()));
        registries.log("stop a sample into " + timer.perCpu().getId());
        long nanos = sample.perCpu().stop(timer.perCpu());
        sample.micrometer().stop(timer.micrometer());
        observe(timer.perCpu(), nanos);
    }

    @Override
    public @Nullable History of(String family, DataPointSnapshot point) {
        Meter meter = meter(family, point);
        return meter == null ? null : histories.get(meter);
    }

    @Override
    public double unitOf(String family, DataPointSnapshot point) {
        return meter(family, point) instanceof Timer ? TimeUnit.SECONDS.toNanos(1) : 1;
    }

    private @Nullable Meter meter(String family, DataPointSnapshot point) {
        var naming = registries.peers().perCpu.config().namingConvention();
        for (Meter meter : registries.peers().perCpu.getMeters()) {
            if (histories.containsKey(meter)
                    && PrometheusNaming.prometheusName(meter.getId().getConventionName(naming))
                            .equals(family)) {
                Labels labels = Labels.EMPTY;
                for (var tag : meter.getId().getConventionTags(naming)) {
                    labels = labels.add(tag.getKey(), tag.getValue());
                }
                if (labels.equals(point.getLabels()) && histories.get(meter).isOf(point)) {
                    return meter;
                }
            }
        }
        return null;
    }
}
