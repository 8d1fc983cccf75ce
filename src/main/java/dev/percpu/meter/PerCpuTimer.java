package dev.percpu.meter;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.shard.CellColumn;
import dev.percpu.shard.LongObservationCell;
import dev.percpu.shard.LongObservations;
import dev.percpu.shard.Totals;
import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import io.micrometer.core.instrument.util.TimeUtils;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Quantiles;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A timer whose nanoseconds go straight into its cell: a record reads no clock and allocates nothing. Count, sum and buckets are read out
 * of the same cells, so they always agree. Negative amounts are ignored, as by Micrometer's timers.
 */
final class PerCpuTimer extends CellMeter implements Timer, Windowed {
    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(PerCpuTimer.class);

    private final LongObservationCell cell;
    private final BucketLayout layout;
    private final Clock clock;
    private final WindowedMax maxNanos;
    private final @Nullable Percentiles percentiles;
    private final @Nullable SpanExemplars sampler;

    PerCpuTimer(
            Id id,
            LongObservationCell cell,
            BucketLayout layout,
            DistributionStatisticConfig config,
            Clock clock,
            @Nullable SpanExemplars sampler) {
        super(id, clock.wallTime());
        this.cell = cell;
        this.layout = layout;
        this.clock = clock;
        this.maxNanos = new WindowedMax(clock, config, cell::drainMax);
        this.percentiles = config.isPublishingPercentiles()
                ? new Percentiles(layout, config, clock, () -> cell.read().bucketCounts())
                : null;
        this.sampler = sampler;
    }

    @Override
    public void record(long amount, TimeUnit unit) {
        if (amount < 0) {
            LOGGER.log(
                    () -> "the negative amount " + amount + " " + unit + " was not recorded by the timer " + getId());
            return;
        }
        long nanos = unit == TimeUnit.NANOSECONDS ? amount : unit.toNanos(amount);
        // before the cell, so that nothing of this object is needed after the downcall
        if (sampler != null) {
            sampler.observe(nanos);
        }
        cell.observe(nanos);
    }

    private void recordSince(long startNanos) {
        record(clock.monotonicTime() - startNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public <T extends @Nullable Object> T record(Supplier<T> f) {
        long start = clock.monotonicTime();
        try {
            return f.get();
        } finally {
            recordSince(start);
        }
    }

    @Override
    public boolean record(BooleanSupplier f) {
        long start = clock.monotonicTime();
        try {
            return f.getAsBoolean();
        } finally {
            recordSince(start);
        }
    }

    @Override
    public int record(IntSupplier f) {
        long start = clock.monotonicTime();
        try {
            return f.getAsInt();
        } finally {
            recordSince(start);
        }
    }

    @Override
    public long record(LongSupplier f) {
        long start = clock.monotonicTime();
        try {
            return f.getAsLong();
        } finally {
            recordSince(start);
        }
    }

    @Override
    public double record(DoubleSupplier f) {
        long start = clock.monotonicTime();
        try {
            return f.getAsDouble();
        } finally {
            recordSince(start);
        }
    }

    @Override
    public <T extends @Nullable Object> T recordCallable(Callable<T> f) throws Exception {
        long start = clock.monotonicTime();
        try {
            return f.call();
        } finally {
            recordSince(start);
        }
    }

    @Override
    public void record(Runnable f) {
        long start = clock.monotonicTime();
        try {
            f.run();
        } finally {
            recordSince(start);
        }
    }

    @Override
    public long count() {
        return cell.read().count();
    }

    @Override
    public double totalTime(TimeUnit unit) {
        return TimeUtils.nanosToUnit(cell.read().sum(), unit);
    }

    @Override
    public double max(TimeUnit unit) {
        return TimeUtils.nanosToUnit(maxNanos.poll(), unit);
    }

    @Override
    public TimeUnit baseTimeUnit() {
        return TimeUnit.SECONDS;
    }

    @Override
    public HistogramSnapshot takeSnapshot() {
        LongObservations seen = cell.read();
        return Snapshots.of(layout, percentiles, seen.count(), seen.sum(), maxNanos.poll(), seen.bucketCounts());
    }

    /** What a scrape tells of this timer, as of that snapshot, in seconds. */
    private Distribution distribution(Totals totals) {
        LongObservations seen = cell.read(totals);
        long[] counts = seen.bucketCounts();
        return new Distribution(
                seen.count(),
                TimeUtils.nanosToUnit(seen.sum(), TimeUnit.SECONDS),
                max(TimeUnit.SECONDS),
                quantiles(counts),
                layout.exposedBuckets(counts),
                layout.exposedNative(counts),
                ExemplarSamplers.inSeconds(sampler));
    }

    @Override
    long fingerprint(Totals totals) {
        return cell.read(totals).count();
    }

    @Override
    LongObservationCell cell() {
        return cell;
    }

    @Override
    @Nullable
    PointWriter plainWriter() {
        return percentiles == null && sampler == null ? new Points(layout) : null;
    }

    @Override
    void collect(SeriesShape as, Totals totals, FamilyValues values) {
        DistributionSeries.add(distribution(totals), as.main(), as.max(), as.labels(getId()), createdMillis(), values);
    }

    private Quantiles quantiles(long[] counts) {
        ValueAtPercentile[] values = Snapshots.exposed(layout, percentiles, counts);
        return Distribution.quantiles(values, value -> value.value(TimeUnit.SECONDS));
    }

    @Override
    @Nullable
    DataPointSnapshot pointOf(int shard, Labels labels) {
        LongObservations seen = cell.readOf(shard);
        return Distribution.pointOf(
                layout,
                seen.bucketCounts(),
                TimeUtils.nanosToUnit(seen.sum(), TimeUnit.SECONDS),
                labels,
                createdMillis());
    }

    @Override
    void write(Totals totals, SampleWriter out) throws IOException {
        Exemplars exemplars = out.hasExemplars() ? ExemplarSamplers.inSeconds(sampler) : ExemplarSamplers.none(sampler);
        int buckets = layout.cells().buckets();
        long[] counts = percentiles == null ? out.scratch(buckets) : new long[buckets];
        long sumNanos = cell.read(totals, counts);
        ValueAtPercentile[] values = Snapshots.exposed(layout, percentiles, counts);
        for (int i = 0; i < values.length; i++) {
            out.quantile(i, values[i].percentile(), values[i].value(TimeUnit.SECONDS), exemplars);
        }
        new Points(layout).write(counts, sumNanos, exemplars, out);
    }

    /** Points that are buckets, count and sum. */
    private record Points(BucketLayout layout) implements PointWriter {
        @Override
        public void write(CellColumn.Reading cells, int place, SampleWriter out) throws IOException {
            long[] counts = out.scratch(layout.cells().buckets());
            write(counts, cells.longObservations(place, counts), Exemplars.EMPTY, out);
        }

        private void write(long[] counts, long sumNanos, Exemplars exemplars, SampleWriter out) throws IOException {
            layout.write(counts, exemplars, out);
            out.seconds(SampleWriter.SUM, sumNanos);
        }
    }

    @Override
    WindowedMax windowedMax() {
        return maxNanos;
    }

    @Override
    public void settle(long nowMillis, long withinMillis) {
        maxNanos.settle(nowMillis, withinMillis);
        if (percentiles != null) {
            percentiles.settle(nowMillis, withinMillis);
        }
    }
}
