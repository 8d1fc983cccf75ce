package dev.percpu.meter;

import dev.percpu.shard.CellStore;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import org.jspecify.annotations.Nullable;

/** Makes the meters that record into cells, each with its cell. Thread-safe. */
final class MeterMaker {
    private final CellStore store;
    private final Clock clock;
    private final @Nullable ExemplarSamplers samplers;
    private final BucketLayouts layouts = new BucketLayouts();

    /**
     * @param samplers null if no exemplars are sampled
     */
    MeterMaker(CellStore store, Clock clock, @Nullable ExemplarSamplers samplers) {
        this.store = store;
        this.clock = clock;
        this.samplers = samplers;
    }

    PerCpuCounter counter(Meter.Id id) {
        return new PerCpuCounter(id, store.newCounter(), samplers == null ? null : samplers.forValue());
    }

    BucketLayout timerLayout(DistributionStatisticConfig statistics) {
        return layouts.ofNanos(statistics);
    }

    PerCpuTimer timer(Meter.Id id, BucketLayout layout, DistributionStatisticConfig statistics) {
        return new PerCpuTimer(
                id,
                store.newLongObservation(layout.cells()),
                layout,
                statistics,
                clock,
                samplers == null ? null : samplers.forLayout(layout));
    }

    BucketLayout summaryLayout(DistributionStatisticConfig statistics) {
        return layouts.ofAmounts(statistics);
    }

    PerCpuDistributionSummary summary(
            Meter.Id id, BucketLayout layout, DistributionStatisticConfig statistics, double scale) {
        return new PerCpuDistributionSummary(
                id,
                store.newDoubleObservation(layout.cells()),
                layout,
                statistics,
                scale,
                clock,
                samplers == null ? null : samplers.forLayout(layout));
    }

    /** Length of the shortest window of a meter with that configuration. */
    static long windowMillis(DistributionStatisticConfig statistics) {
        return statistics.isPublishingPercentiles()
                ? Percentiles.windowMillis(statistics)
                : WindowedMax.windowMillis(statistics);
    }
}
