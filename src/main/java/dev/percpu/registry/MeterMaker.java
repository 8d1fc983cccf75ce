package dev.percpu.registry;

import dev.percpu.histogram.BucketLayout;
import dev.percpu.histogram.BucketLayouts;
import dev.percpu.meter.CellMeter;
import dev.percpu.meter.ExemplarSamplers;
import dev.percpu.meter.PerCpuCounter;
import dev.percpu.meter.PerCpuDistributionSummary;
import dev.percpu.meter.PerCpuTimer;
import dev.percpu.meter.Percentiles;
import dev.percpu.meter.SafeGauge;
import dev.percpu.meter.WindowedMax;
import dev.percpu.shard.CellStore;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.cumulative.CumulativeFunctionCounter;
import io.micrometer.core.instrument.cumulative.CumulativeFunctionTimer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.internal.DefaultLongTaskTimer;
import io.micrometer.core.instrument.internal.DefaultMeter;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes the meters of a registry and exposes them: counters, timers and summaries with a cell each, the others as Micrometer has them.
 * Thread-safe. A meter with a cell cannot be made any more once the store is closed: that is an {@link IllegalStateException}.
 */
final class MeterMaker {
    private final CellStore store;
    private final Clock clock;
    private final @Nullable ExemplarSamplers samplers;
    private final Exposure exposure;
    private final BucketLayouts layouts;

    /**
     * @param samplers null if no exemplars are sampled
     */
    MeterMaker(
            CellStore store,
            Clock clock,
            @Nullable ExemplarSamplers samplers,
            Exposure exposure,
            BucketLayouts layouts) {
        this.layouts = layouts;
        this.store = store;
        this.clock = clock;
        this.samplers = samplers;
        this.exposure = exposure;
    }

    PerCpuCounter counter(Meter.Id id) {
        PerCpuCounter counter = new PerCpuCounter(
                id, clock.wallTime(), store.newCounter(), samplers == null ? null : samplers.forValue());
        return exposed(counter, () -> exposure.counter(counter));
    }

    PerCpuTimer timer(Meter.Id id, DistributionStatisticConfig statistics) {
        BucketLayout layout = layouts.ofNanos(id.getName(), statistics);
        PerCpuTimer timer = new PerCpuTimer(
                id,
                store.newLongObservation(layout.cells()),
                layout,
                statistics,
                clock,
                samplers == null ? null : samplers.forLayout(layout));
        return exposed(timer, () -> exposure.distribution(timer, layout));
    }

    PerCpuDistributionSummary summary(Meter.Id id, DistributionStatisticConfig statistics, double scale) {
        BucketLayout layout = layouts.ofAmounts(id.getName(), statistics);
        PerCpuDistributionSummary summary = new PerCpuDistributionSummary(
                id,
                store.newDoubleObservation(layout.cells()),
                layout,
                statistics,
                scale,
                clock,
                samplers == null ? null : samplers.forLayout(layout));
        return exposed(summary, () -> exposure.distribution(summary, layout));
    }

    /** Who listens to failed registrations may throw: the meter is then not registered. */
    private <M extends CellMeter> M exposed(M meter, Runnable exposing) {
        try {
            exposing.run();
            return meter;
        } catch (RuntimeException | Error e) {
            store.retire(meter.cell());
            throw e;
        }
    }

    /** A meter was taken out of the registry. */
    void removed(Meter meter) {
        exposure.remove(meter);
        if (meter instanceof CellMeter inCells) {
            store.retire(inCells.cell());
        }
    }

    LongTaskTimer longTaskTimer(Meter.Id id, DistributionStatisticConfig statistics) {
        LongTaskTimer timer = new DefaultLongTaskTimer(id, clock, TimeUnit.SECONDS, statistics, true);
        exposure.longTaskTimer(id, timer, !statistics.getHistogramBuckets(true).isEmpty());
        return timer;
    }

    <T> Gauge gauge(Meter.Id id, @Nullable T obj, ToDoubleFunction<T> value) {
        Gauge gauge = new SafeGauge<>(id, obj, value);
        exposure.gauge(id, gauge);
        return gauge;
    }

    <T> FunctionTimer functionTimer(
            Meter.Id id, T obj, ToLongFunction<T> count, ToDoubleFunction<T> totalTime, TimeUnit unit) {
        FunctionTimer timer = new CumulativeFunctionTimer<>(id, obj, count, totalTime, unit, TimeUnit.SECONDS);
        exposure.functionTimer(id, timer);
        return timer;
    }

    <T> FunctionCounter functionCounter(Meter.Id id, T obj, ToDoubleFunction<T> count) {
        FunctionCounter counter = new CumulativeFunctionCounter<>(id, obj, count);
        exposure.functionCounter(id, counter);
        return counter;
    }

    Meter custom(Meter.Id id, Meter.Type type, Iterable<Measurement> measurements) {
        exposure.custom(id, measurements);
        return new DefaultMeter(id, type, measurements);
    }

    /** Length of the shortest window of a meter with that configuration. */
    static long windowMillis(DistributionStatisticConfig statistics) {
        return statistics.isPublishingPercentiles()
                ? Percentiles.windowMillis(statistics)
                : WindowedMax.windowMillis(statistics);
    }
}
