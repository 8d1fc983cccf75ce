package dev.percpu.meter;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.shard.CellColumn;
import dev.percpu.shard.DoubleObservationCell;
import dev.percpu.shard.DoubleObservations;
import dev.percpu.shard.Totals;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
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
final class PerCpuDistributionSummary extends CellMeter implements DistributionSummary, Windowed {
    private final DoubleObservationCell cell;
    private final BucketLayout layout;
    private final double scale;
    private final WindowedMax max;
    private final @Nullable Percentiles percentiles;
    private final @Nullable SpanExemplars sampler;

    /**
     * @param scale what every amount is multiplied by
     */
    PerCpuDistributionSummary(
            Id id,
            DoubleObservationCell cell,
            BucketLayout layout,
            DistributionStatisticConfig config,
            double scale,
            Clock clock,
            @Nullable SpanExemplars sampler) {
        super(id, clock.wallTime());
        this.cell = cell;
        this.layout = layout;
        this.scale = scale;
        this.max = new WindowedMax(clock, config, cell::drainMax);
        this.percentiles = config.isPublishingPercentiles()
                ? new Percentiles(layout, config, clock, () -> cell.read().bucketCounts())
                : null;
        this.sampler = sampler;
    }

    @Override
    public void record(double amount) {
        double scaled = scale * amount;
        if (!(amount >= 0) || !(scaled >= 0)) {
            return;
        }
        // before the cell, so that nothing of this object is needed after the downcall
        if (sampler != null) {
            sampler.observe(scaled);
        }
        cell.observe(scaled);
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
        return max.poll();
    }

    @Override
    public HistogramSnapshot takeSnapshot() {
        DoubleObservations seen = cell.read();
        return Snapshots.of(layout, percentiles, seen.count(), seen.sum(), max(), seen.bucketCounts());
    }

    /** What a scrape tells of this summary, as of that snapshot. */
    private Distribution distribution(Totals totals) {
        DoubleObservations seen = cell.read(totals);
        long[] counts = seen.bucketCounts();
        return new Distribution(
                seen.count(),
                seen.sum(),
                max(),
                Distribution.quantiles(Snapshots.exposed(layout, percentiles, counts), ValueAtPercentile::value),
                layout.exposedBuckets(counts),
                layout.exposedNative(counts),
                ExemplarSamplers.all(sampler));
    }

    @Override
    long fingerprint(Totals totals) {
        return cell.read(totals).count();
    }

    @Override
    DoubleObservationCell cell() {
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

    @Override
    @Nullable
    DataPointSnapshot pointOf(int shard, Labels labels) {
        DoubleObservations seen = cell.readOf(shard);
        return Distribution.pointOf(layout, seen.bucketCounts(), seen.sum(), labels, createdMillis());
    }

    @Override
    void write(Totals totals, SampleWriter out) throws IOException {
        Exemplars exemplars = out.hasExemplars() ? ExemplarSamplers.all(sampler) : ExemplarSamplers.none(sampler);
        int buckets = layout.cells().buckets();
        long[] counts = percentiles == null ? out.scratch(buckets) : new long[buckets];
        double sum = cell.read(totals, counts);
        ValueAtPercentile[] values = Snapshots.exposed(layout, percentiles, counts);
        for (int i = 0; i < values.length; i++) {
            out.quantile(i, values[i].percentile(), values[i].value(), exemplars);
        }
        new Points(layout).write(counts, sum, exemplars, out);
    }

    /** Points that are buckets, count and sum. */
    private record Points(BucketLayout layout) implements PointWriter {
        @Override
        public void write(CellColumn.Reading cells, int place, SampleWriter out) throws IOException {
            long[] counts = out.scratch(layout.cells().buckets());
            write(counts, cells.doubleObservations(place, counts), Exemplars.EMPTY, out);
        }

        private void write(long[] counts, double sum, Exemplars exemplars, SampleWriter out) throws IOException {
            layout.write(counts, exemplars, out);
            out.value(SampleWriter.SUM, sum, null);
        }
    }

    @Override
    WindowedMax windowedMax() {
        return max;
    }

    @Override
    public void settle(long nowMillis, long withinMillis) {
        max.settle(nowMillis, withinMillis);
        if (percentiles != null) {
            percentiles.settle(nowMillis, withinMillis);
        }
    }
}
