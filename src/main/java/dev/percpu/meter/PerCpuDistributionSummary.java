package dev.percpu.meter;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.family.BucketWriter;
import dev.percpu.family.PointWriter;
import dev.percpu.histogram.BucketLayout;
import dev.percpu.shard.CellColumn;
import dev.percpu.shard.CellSnapshot;
import dev.percpu.shard.ObservationCell;
import dev.percpu.shard.Observations;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A distribution summary whose amounts go straight into its cell: a record reads no clock and allocates nothing. Count, sum and buckets are
 * read out of the same cells, so they always agree.
 *
 * <p>Amounts that are not at least 0 (NaN among them), before or after scaling, are ignored; an infinite one is in the +Inf bucket and
 * makes the sum infinite for good. An amount is in the bucket that its exact value belongs to: 0.4 meets an objective of 0.5.
 */
public final class PerCpuDistributionSummary extends ObservationMeter implements DistributionSummary {
    private final ObservationCell cell;
    private final double scale;

    /**
     * @param scale what every amount is multiplied by
     */
    public PerCpuDistributionSummary(
            Id id,
            ObservationCell cell,
            BucketLayout layout,
            DistributionStatisticConfig config,
            double scale,
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
        this.cell = cell.requireDoubles();
        this.scale = scale;
    }

    @Override
    public void record(double amount) {
        double scaled = scale * amount;
        if (!(amount >= 0) || !(scaled >= 0)) {
            return;
        }
        if (sampler != null) {
            sampler.observe(scaled);
        }
        cell.observeDouble(scaled);
    }

    @Override
    public long count() {
        return cell.read().count();
    }

    @Override
    public double totalAmount() {
        return cell.read().sum();
    }

    @Override
    public double max() {
        return windowedMax().poll();
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
        return cell.read(totals, counts);
    }

    @Override
    double inBaseUnit(double amount) {
        return amount;
    }

    @Override
    Exemplars exemplars() {
        return ExemplarSamplers.all(sampler);
    }

    public @Override @Nullable DataPointSnapshot pointOf(int shard, Labels labels) {
        Observations seen = cell.readShard(shard);
        return pointOf(seen.bucketCounts(), seen.sum(), labels);
    }

    @Override
    PointWriter pointWriter(BucketWriter buckets) {
        return new Points(buckets);
    }

    private record Points(BucketWriter buckets) implements PointWriter {
        @Override
        public void write(CellColumn.Cursor cells, int place, SampleWriter out) throws IOException {
            long[] counts = out.scratch(buckets.layout().cells().buckets());
            double sum = cells.readDoubles(place, counts);
            buckets.write(counts, Exemplars.EMPTY, out);
            out.value(SampleWriter.SUM, sum, null);
        }
    }
}
