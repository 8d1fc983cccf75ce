package dev.percpu.meter;

import dev.percpu.exposition.LabelColumn;
import dev.percpu.exposition.SampleWriter;
import dev.percpu.family.BucketWriter;
import dev.percpu.family.PointWriter;
import dev.percpu.histogram.NativeHistogramResolution;
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
    private volatile NativeHistogramResolution resolution = NativeHistogramResolution.FINEST;

    /**
     * @param cell cell with the bounds of the configuration's layout
     * @param scale factor of each amount
     */
    public PerCpuDistributionSummary(Id id, ObservationCell cell, ObservationConfig config, double scale) {
        super(id, cell, config);
        this.cell = cell.requireDoubles();
        this.scale = scale;
    }

    @Override
    public void record(double amount) {
        double scaled = scale * amount;
        if (!(amount >= 0) || !(scaled >= 0)) {
            return;
        }
        raiseMax(Double.doubleToRawLongBits(scaled));
        if (target != null) {
            target.observeDouble(this, offset, scaled);
        } else {
            cell.observeDouble(scaled);
            sample(scaled);
        }
    }

    /**
     * Records equal amounts by one store. Amounts that are not at least 0 before and after scaling are ignored, as is a count below 1. At most
     * one of the amounts is an exemplar.
     *
     * @param amount amount of each observation, at least 0
     * @param count number of observations, at least 1
     */
    public void record(double amount, long count) {
        double scaled = scale * amount;
        if (!(amount >= 0) || !(scaled >= 0) || count < 1) {
            return;
        }
        raiseMax(Double.doubleToRawLongBits(scaled));
        if (target != null) {
            target.observeDouble(this, offset, scaled, count);
        } else {
            cell.observeDouble(scaled, count);
            sample(scaled);
        }
    }

    /**
     * Records observations that another process has counted. The count and the sum become visible together. The maximum stays as it is.
     *
     * @param cell index of the cell in the {@link #layout()}, from 0
     * @param count number of observations, at least 1
     * @param sum sum of their amounts, finite and at least 0
     * @throws IndexOutOfBoundsException if there is no such cell
     */
    public void recordBucket(int cell, long count, double sum) {
        this.cell.observeBucket(cell, count, sum);
    }

    /**
     * Limits the resolution at which the native histogram is exposed, from now on: counts that arrive in wider buckets than its own are in the
     * last of those cells.
     *
     * @param schema finest schema to expose; one below the range of Prometheus counts as the coarsest
     * @param zeroThreshold smallest zero threshold to expose
     */
    @SuppressWarnings("ReferenceEquality") // the same object is returned if nothing changes
    public void coarsen(int schema, double zeroThreshold) {
        NativeHistogramResolution now = resolution;
        if (now.limitedTo(schema, zeroThreshold) != now) {
            synchronized (this) {
                resolution = resolution.limitedTo(schema, zeroThreshold);
            }
        }
    }

    @Override
    NativeHistogramResolution nativeResolution() {
        return resolution;
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
    double amountOf(long word) {
        return Double.longBitsToDouble(word);
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
