package dev.percpu.meter;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.family.BucketWriter;
import dev.percpu.family.PointWriter;
import dev.percpu.histogram.BucketLayout;
import dev.percpu.shard.CellColumn;
import dev.percpu.shard.CellSnapshot;
import dev.percpu.shard.ObservationCell;
import dev.percpu.shard.Observations;
import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.util.TimeUtils;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.Labels;
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
public final class PerCpuTimer extends ObservationMeter implements Timer {
    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(PerCpuTimer.class);

    private final ObservationCell cell;
    private final Clock clock;

    public PerCpuTimer(
            Id id,
            ObservationCell cell,
            BucketLayout layout,
            DistributionStatisticConfig config,
            Clock clock,
            @Nullable SpanExemplars sampler) {
        super(
                id,
                layout,
                config,
                clock,
                sampler,
                cell::drainMax,
                () -> cell.read().bucketCounts());
        this.cell = cell.requireLongs();
        this.clock = clock;
    }

    @Override
    public void record(long amount, TimeUnit unit) {
        if (amount < 0) {
            LOGGER.log(
                    () -> "the negative amount " + amount + " " + unit + " was not recorded by the timer " + getId());
            return;
        }
        long nanos = unit == TimeUnit.NANOSECONDS ? amount : unit.toNanos(amount);
        if (sampler != null) {
            sampler.observe(nanos);
        }
        cell.observeLong(nanos);
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
        return TimeUtils.nanosToUnit(windowedMax().poll(), unit);
    }

    @Override
    public TimeUnit baseTimeUnit() {
        return TimeUnit.SECONDS;
    }

    @Override
    public HistogramSnapshot takeSnapshot() {
        Observations seen = cell.read();
        return snapshot(seen.count(), seen.sum(), seen.bucketCounts());
    }

    public @Override ObservationCell cell() {
        return cell;
    }

    @Override
    double read(CellSnapshot totals, long[] counts) {
        return inBaseUnit(cell.read(totals, counts));
    }

    @Override
    double inBaseUnit(double nanos) {
        return TimeUtils.nanosToUnit(nanos, TimeUnit.SECONDS);
    }

    @Override
    Exemplars exemplars() {
        return ExemplarSamplers.inSeconds(sampler);
    }

    public @Override @Nullable DataPointSnapshot pointOf(int shard, Labels labels) {
        Observations seen = cell.readShard(shard);
        return pointOf(seen.bucketCounts(), inBaseUnit(seen.sum()), labels);
    }

    @Override
    PointWriter pointWriter(BucketWriter buckets) {
        return new Points(buckets);
    }

    private record Points(BucketWriter buckets) implements PointWriter {
        @Override
        public void write(CellColumn.Cursor cells, int place, SampleWriter out) throws IOException {
            long[] counts = out.scratch(buckets.layout().cells().buckets());
            long sumNanos = cells.readLongs(place, counts);
            buckets.write(counts, Exemplars.EMPTY, out);
            out.seconds(SampleWriter.SUM, sumNanos);
        }
    }
}
