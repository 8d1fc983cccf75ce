package dev.percpu.meter;

import dev.percpu.exposition.LabelColumn;
import dev.percpu.exposition.SampleWriter;
import dev.percpu.family.BucketWriter;
import dev.percpu.family.PointWriter;
import dev.percpu.shard.CellColumn;
import dev.percpu.shard.CellSnapshot;
import dev.percpu.shard.ObservationCell;
import dev.percpu.shard.Observations;
import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Timer;
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
 * A timer that adds each duration to its cells, in nanoseconds. A record of a known duration reads no clock and
 * allocates nothing. Thread-safe.
 *
 * <p>Count, sum and buckets are read from the same cells, so they always agree. Negative amounts are ignored and logged.
 */
public final class PerCpuTimer extends ObservationMeter implements Timer {
    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(PerCpuTimer.class);

    private final ObservationCell cell;
    private final Clock clock;

    /**
     * @param cell cell with the bounds of the configuration's layout
     */
    public PerCpuTimer(Id id, ObservationCell cell, ObservationConfig config) {
        super(id, cell, config);
        this.cell = cell.requireLongs();
        this.clock = config.clock();
    }

    @Override
    public void record(long amount, TimeUnit unit) {
        if (amount < 0) {
            logNegative(amount, unit);
            return;
        }
        long nanos = unit == TimeUnit.NANOSECONDS ? amount : unit.toNanos(amount);
        raiseMax(nanos);
        if (target != null) {
            target.observeLong(this, offset, nanos);
        } else {
            cell.observeLong(nanos);
            sample(nanos);
        }
    }

    /**
     * Records equal durations by one store. Negative amounts are ignored and logged, as is a count below 1. At most one of the durations is an
     * exemplar.
     *
     * @param amount duration of each observation, at least 0
     * @param count number of observations, at least 1
     */
    public void record(long amount, TimeUnit unit, long count) {
        if (amount < 0) {
            logNegative(amount, unit);
            return;
        }
        if (count < 1) {
            LOGGER.log(() ->
                    "count of timer " + getId() + " must be at least 1, but was " + count + ": the amount is ignored");
            return;
        }
        long nanos = unit == TimeUnit.NANOSECONDS ? amount : unit.toNanos(amount);
        raiseMax(nanos);
        if (target != null) {
            target.observeLong(this, offset, nanos, count);
        } else {
            cell.observeLong(nanos, count);
            sample(nanos);
        }
    }

    private void logNegative(long amount, TimeUnit unit) {
        LOGGER.log(() -> "amount of timer " + getId() + " must be at least 0, but was " + amount + " " + unit
                + ": it is ignored");
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
        return TimeUtils.nanosToUnit(maxNow(), unit);
    }

    @Override
    public TimeUnit baseTimeUnit() {
        return TimeUnit.SECONDS;
    }

    @Override
    public HistogramSnapshot takeSnapshot() {
        Observations observations = cell.read();
        return snapshot(observations.count(), observations.sum(), observations.bucketCounts());
    }

    @Override
    public ObservationCell cell() {
        return cell;
    }

    @Override
    double amountOf(long word) {
        return word;
    }

    @Override
    long[] bucketCounts() {
        return cell.read().bucketCounts();
    }

    @Override
    double read(CellSnapshot snapshot, long[] counts) {
        return inBaseUnit(cell.read(snapshot, counts));
    }

    @Override
    double inBaseUnit(double nanos) {
        return TimeUtils.nanosToUnit(nanos, TimeUnit.SECONDS);
    }

    @Override
    public Exemplars exemplars() {
        return ExemplarSamplers.inSeconds(sampler);
    }

    @Override
    public @Nullable DataPointSnapshot pointOf(int shard, Labels labels) {
        Observations observations = cell.readShard(shard);
        return pointOf(observations.bucketCounts(), inBaseUnit(observations.sum()), labels);
    }

    @Override
    PointWriter pointWriter(BucketWriter buckets) {
        return new Points(buckets);
    }

    private record Points(BucketWriter buckets) implements PointWriter {
        @Override
        public void write(CellColumn.Cursor cells, int index, Exemplars exemplars, SampleWriter out)
                throws IOException {
            long[] counts = out.scratch(buckets.layout().cells().buckets());
            long sumNanos = cells.readLongs(index, counts);
            buckets.write(counts, exemplars, out);
            out.seconds(SampleWriter.SUM, sumNanos);
        }

        @Override
        public void write(CellColumn.Cursor cells, LabelColumn labels, int from, int count, SampleWriter out)
                throws IOException {
            if (buckets.layout().hasHistogram()) {
                PointWriter.super.write(cells, labels, from, count, out);
                return;
            }
            long[] counts = out.scratch(count);
            long[] sums = out.cumulative(count);
            cells.readLongs(from, count, counts, sums);
            out.summariesInSeconds(labels, from, counts, sums, count);
        }
    }
}
