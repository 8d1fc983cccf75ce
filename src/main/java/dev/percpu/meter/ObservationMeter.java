package dev.percpu.meter;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.family.BucketWriter;
import dev.percpu.family.Distribution;
import dev.percpu.family.DistributionSeries;
import dev.percpu.family.FamilyValues;
import dev.percpu.family.PointWriter;
import dev.percpu.family.SeriesShape;
import dev.percpu.histogram.BucketLayout;
import dev.percpu.shard.CellSnapshot;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What timers and summaries have in common: a group of cells, out of which count, sum and buckets are read together, so that they always
 * agree; and besides a maximum, percentiles and exemplars, none of which a record has to wait for.
 */
abstract class ObservationMeter extends CellMeter implements TimeWindowed {
    /** Told of every record before the cell, so that nothing of this object is needed after the downcall; null if there are no spans. */
    final @Nullable SpanExemplars sampler;

    private final BucketWriter buckets;
    private final WindowedMax max;
    private final @Nullable Percentiles percentiles;

    /**
     * @param drainMax takes the largest amount since the last drain out of the cells
     * @param counts reads how many amounts each of the cells has
     */
    ObservationMeter(
            Id id,
            BucketLayout layout,
            DistributionStatisticConfig config,
            Clock clock,
            @Nullable SpanExemplars sampler,
            DoubleSupplier drainMax,
            Supplier<long[]> counts) {
        super(id, clock.wallTime());
        this.buckets = BucketWriter.of(layout);
        this.max = new WindowedMax(clock, config, drainMax);
        this.percentiles = config.isPublishingPercentiles() ? new Percentiles(layout, config, clock, counts) : null;
        this.sampler = sampler;
    }

    private BucketLayout layout() {
        return buckets.layout();
    }

    /**
     * Reads the cells as of that snapshot.
     *
     * @param counts where the count of each cell goes
     * @return the sum of all amounts in the base unit
     */
    abstract double read(CellSnapshot totals, long[] counts);

    /** An amount in the base unit. */
    abstract double inBaseUnit(double amount);

    /** What was sampled, in the base unit. */
    abstract Exemplars exemplars();

    /** Returns a writer of points that are computed from the cells alone. */
    abstract PointWriter pointWriter(BucketWriter buckets);

    @Override
    public final @Nullable PointWriter plainWriter() {
        return percentiles == null && sampler == null ? pointWriter(buckets) : null;
    }

    @Override
    public final WindowedMax windowedMax() {
        return max;
    }

    /** Micrometer's own snapshot, in the unit of the amounts. */
    final HistogramSnapshot snapshot(long count, double sum, long[] counts) {
        return Snapshots.of(layout(), percentiles, count, sum, max.poll(), counts);
    }

    @Override
    final long fingerprint(CellSnapshot totals) {
        long[] counts = new long[layout().cells().buckets()];
        read(totals, counts);
        return layout().count(counts);
    }

    @Override
    public final void collect(SeriesShape as, CellSnapshot totals, FamilyValues values) {
        DistributionSeries.add(distribution(totals), as.main(), as.max(), as.labels(getId()), createdMillis(), values);
    }

    private Distribution distribution(CellSnapshot totals) {
        long[] counts = new long[layout().cells().buckets()];
        double sum = read(totals, counts);
        ValueAtPercentile[] values = Snapshots.exposed(layout(), percentiles, counts);
        return new Distribution(
                layout().count(counts),
                sum,
                inBaseUnit(max.poll()),
                Distribution.quantiles(values, value -> inBaseUnit(value.value())),
                layout().exposedBuckets(counts),
                layout().exposedNative(counts),
                exemplars());
    }

    /**
     * @param counts of one shard
     * @param sum of these amounts, in the base unit
     */
    final @Nullable DataPointSnapshot pointOf(long[] counts, double sum, Labels labels) {
        return Distribution.pointOf(layout(), counts, sum, labels, createdMillis());
    }

    @Override
    public final void write(CellSnapshot totals, SampleWriter out) throws IOException {
        Exemplars exemplars = out.hasExemplars() ? exemplars() : ExemplarSamplers.none(sampler);
        int cells = layout().cells().buckets();
        long[] counts = percentiles == null ? out.scratch(cells) : new long[cells];
        double sum = read(totals, counts);
        ValueAtPercentile[] values = Snapshots.exposed(layout(), percentiles, counts);
        for (int i = 0; i < values.length; i++) {
            out.quantile(i, values[i].percentile(), inBaseUnit(values[i].value()), exemplars);
        }
        buckets.write(counts, exemplars, out);
        out.value(SampleWriter.SUM, sum, null);
    }

    @Override
    public final void rotate(long nowMillis, long withinMillis) {
        max.rotate(nowMillis, withinMillis);
        if (percentiles != null) {
            percentiles.rotate(nowMillis, withinMillis);
        }
    }
}
