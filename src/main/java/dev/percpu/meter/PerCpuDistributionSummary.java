package dev.percpu.meter;

import dev.percpu.exposition.LabelColumn;
import dev.percpu.exposition.SampleWriter;
import dev.percpu.family.BucketWriter;
import dev.percpu.family.PointWriter;
import dev.percpu.shard.CellColumn;
import dev.percpu.shard.CellSnapshot;
import dev.percpu.shard.ObservationCell;
import dev.percpu.shard.Observations;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A distribution summary that adds each amount to its cells. A record reads no clock and allocates nothing. Thread-safe.
 *
 * <p>Count, sum and buckets are read from the same cells, so they always agree. An amount is counted in the bucket of its exact value, while
 * Micrometer rounds it up to a whole number first: 0.4 is within an objective of 0.5.
 *
 * <p>Amounts that are not at least 0 before and after scaling, such as NaN, are ignored. After an infinite amount the sum stays infinite.
 */
public final class PerCpuDistributionSummary extends ObservationMeter implements DistributionSummary {
    private final ObservationCell cell;
    private final double scale;

    /**
     * @param cell cell with the bounds of the configuration's layout
     * @param scale factor of each amount
     */
    public PerCpuDistributionSummary(Id id, ObservationCell cell, ObservationConfig config, double scale) {
        super(id, config);
        this.cell = cell.requireDoubles();
        this.scale = scale;
    }

    @Override
    public void record(double amount) {
        double scaled = scale * amount;
        if (!(amount >= 0) || !(scaled >= 0)) {
            return;
        }
        // As in PerCpuTimer.
        if (sampler == null) {
            cell.observeDouble(scaled);
        } else {
            cell.observeDouble(scaled);
            sampler.observe(scaled);
        }
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
        return maxNow();
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
    double drainMax() {
        return cell.drainMax();
    }

    @Override
    long[] bucketCounts() {
        return cell.read().bucketCounts();
    }

    @Override
    double read(CellSnapshot snapshot, long[] counts) {
        return cell.read(snapshot, counts);
    }

    @Override
    double inBaseUnit(double amount) {
        return amount;
    }

    @Override
    public Exemplars exemplars() {
        return ExemplarSamplers.all(sampler);
    }

    @Override
    public @Nullable DataPointSnapshot pointOf(int shard, Labels labels) {
        Observations observations = cell.readShard(shard);
        return pointOf(observations.bucketCounts(), observations.sum(), labels);
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
            double sum = cells.readDoubles(index, counts);
            buckets.write(counts, exemplars, out);
            out.value(SampleWriter.SUM, sum, null);
        }

        @Override
        public void write(CellColumn.Cursor cells, LabelColumn labels, int from, int count, SampleWriter out)
                throws IOException {
            if (buckets.layout().hasHistogram()) {
                PointWriter.super.write(cells, labels, from, count, out);
                return;
            }
            long[] counts = out.scratch(count);
            double[] sums = out.doubles(count);
            cells.readDoubles(from, count, counts, sums);
            out.summaries(labels, from, counts, sums, count);
        }
    }
}
