package dev.percpu.meter;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.family.BucketWriter;
import dev.percpu.family.Distribution;
import dev.percpu.family.DistributionSeries;
import dev.percpu.family.FamilyValues;
import dev.percpu.family.NamedSeries.SeriesShape;
import dev.percpu.family.PointWriter;
import dev.percpu.histogram.BucketLayout;
import dev.percpu.histogram.NativeHistogramResolution;
import dev.percpu.shard.CellSnapshot;
import dev.percpu.shard.ObservationCell;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.HdrHistogram.DoubleHistogram;
import org.jspecify.annotations.Nullable;

/**
 * The common part of timers and summaries. Count, sum and buckets are read together from a group of cells, so that they always agree. A
 * maximum, percentiles and exemplars are kept beside the cells. Recording takes no lock for them. Thread-safe.
 */
abstract class ObservationMeter extends CellMeter implements TimeWindowed {
    private static final ValueAtPercentile[] NO_PERCENTILES = {};

    /** Number of meters whose maxima are read before the first of them is taken. */
    private static final int READ_AHEAD = 64;

    private static final VarHandle LARGEST = largestHandle();

    /**
     * The largest amount since the last {@link #drainMax}, 0 if there was none: a long, or the raw bits of a double, which sort alike. It is
     * beside the fields that every record reads, so it seldom costs a cache miss of its own. A new maximum is rare, so CPUs seldom write it.
     */
    private long largestWord;

    private final BucketWriter buckets;
    private final WindowedMax max;
    private final @Nullable Percentiles percentiles;

    ObservationMeter(Id id, ObservationCell cell, ObservationConfig config) {
        super(id, config.clock().wallTime(), cell, config.exemplars());
        this.buckets = BucketWriter.of(config.layout());
        this.max = config.maxima().create(config.statistics());
        this.percentiles = config.statistics().isPublishingPercentiles()
                ? new Percentiles(config.layout(), config.statistics(), config.clock())
                : null;
    }

    private static VarHandle largestHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(ObservationMeter.class, "largestWord", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * Raises the maximum to an amount. Precedes the record of it, so that a reader that sees the count also sees the maximum.
     *
     * @param word a long of at least 0, or the raw bits of a double of at least 0. Those of -0.0 are negative and raise nothing.
     */
    final void raiseMax(long word) {
        if (word > (long) LARGEST.getOpaque(this)) {
            exchangeMax(word);
        }
    }

    private void exchangeMax(long word) {
        long before;
        do {
            before = (long) LARGEST.getOpaque(this);
        } while (word > before && !LARGEST.weakCompareAndSet(this, before, word));
    }

    /**
     * Takes the largest amount since the last call and leaves 0, by an atomic exchange. No amount is lost or returned twice.
     *
     * @return 0 if there was none; a long is rounded to a double
     */
    final double drainMax() {
        VarHandle.acquireFence(); // a count that was read before has its maximum
        return (long) LARGEST.getOpaque(this) == 0 ? 0 : amountOf((long) LARGEST.getAndSet(this, 0L));
    }

    /**
     * Takes the maxima of many meters.
     *
     * @param maxima receives the result of each meter's {@link #drainMax()}
     */
    static void drainMaxima(ObservationMeter[] meters, double[] maxima) {
        VarHandle.acquireFence();
        for (int from = 0; from < meters.length; from += READ_AHEAD) {
            int to = Math.min(from + READ_AHEAD, meters.length);
            for (int i = from; i < to; i++) {
                // Only whether it is 0 matters. These reads overlap their cache misses, which exchanges do not.
                maxima[i] = (long) LARGEST.getOpaque(meters[i]);
            }
            for (int i = from; i < to; i++) {
                maxima[i] = maxima[i] == 0 ? 0 : meters[i].drainMax();
            }
        }
    }

    /** Returns the amount that a word of {@link #raiseMax} has. */
    abstract double amountOf(long word);

    @Override
    public final long touch() {
        return super.touch() + (long) LARGEST.getOpaque(this);
    }

    /** Returns the current count of each cell. */
    abstract long[] bucketCounts();

    /**
     * Reads the cells of a snapshot.
     *
     * @param counts receives the count of each cell; may be longer than the number of cells
     * @return the sum of all amounts, in the base unit
     */
    abstract double read(CellSnapshot snapshot, long[] counts);

    /** Converts an amount to the base unit. */
    abstract double inBaseUnit(double amount);

    /** Returns a writer of the samples that are computed from the cells alone. */
    abstract PointWriter pointWriter(BucketWriter buckets);

    /** Returns the cells and the published buckets. */
    public final BucketLayout layout() {
        return buckets.layout();
    }

    /** Returns the resolution of the native histogram. */
    NativeHistogramResolution nativeResolution() {
        return NativeHistogramResolution.FINEST;
    }

    @Override
    public final @Nullable PointWriter pointWriter() {
        return percentiles == null ? pointWriter(buckets) : null;
    }

    /** Drains the maximum, and returns the largest amount of the last time windows; 0 if there was none. */
    final double maxNow() {
        return max.poll(this::drainMax);
    }

    /** Returns the maximum, which has a family of its own. */
    final WindowedMax windowedMax() {
        return max;
    }

    /** Returns Micrometer's snapshot of these cells, in the unit of the amounts. */
    final HistogramSnapshot snapshot(long count, double sum, long[] counts) {
        double largest = maxNow();
        CountAtBucket[] published = layout().counts(counts);
        if (percentiles == null) {
            return new HistogramSnapshot(count, sum, largest, NO_PERCENTILES, published, null);
        }
        DoubleHistogram recent = percentiles.recent(counts);
        return new HistogramSnapshot(
                count, sum, largest, percentiles.of(recent), published, recent::outputPercentileDistribution);
    }

    @Override
    final long fingerprint(CellSnapshot snapshot) {
        long[] counts = new long[layout().cells().buckets()];
        read(snapshot, counts);
        return layout().count(counts);
    }

    @Override
    public final void collect(SeriesShape exposed, CellSnapshot snapshot, FamilyValues values) {
        DistributionSeries.add(
                distribution(snapshot),
                exposed.main(),
                exposed.ownMax(),
                exposed.labels(getId()),
                createdMillis(),
                values);
    }

    private Distribution distribution(CellSnapshot snapshot) {
        long[] counts = new long[layout().cells().buckets()];
        double sum = read(snapshot, counts);
        ValueAtPercentile[] values = exposedPercentiles(counts);
        return new Distribution(
                layout().count(counts),
                sum,
                inBaseUnit(maxNow()),
                Distribution.quantiles(values, value -> inBaseUnit(value.value())),
                layout().classicBuckets(counts),
                layout().nativeHistogramCounts(counts, nativeResolution()),
                exemplars());
    }

    /** Returns the percentiles for a scrape: none beside a histogram, because a family has either quantiles or buckets. */
    private ValueAtPercentile[] exposedPercentiles(long[] counts) {
        if (percentiles == null) {
            return NO_PERCENTILES;
        }
        if (layout().hasHistogram()) {
            percentiles.update(counts);
            return NO_PERCENTILES;
        }
        return percentiles.of(percentiles.recent(counts));
    }

    /**
     * Returns the data point of one shard; null if it has no observations.
     *
     * @param counts the count of each cell in the shard
     * @param sum the sum of the shard's amounts, in the base unit
     */
    final @Nullable DataPointSnapshot pointOf(long[] counts, double sum, Labels labels) {
        return Distribution.pointOf(layout(), nativeResolution(), counts, sum, labels, createdMillis());
    }

    @Override
    public final void write(CellSnapshot snapshot, SampleWriter out) throws IOException {
        Exemplars exemplars = out.hasExemplars() ? exemplars() : Exemplars.EMPTY;
        int cells = layout().cells().buckets();
        // Percentiles keep the array.
        long[] counts = percentiles == null ? out.scratch(cells) : new long[cells];
        double sum = read(snapshot, counts);
        ValueAtPercentile[] values = exposedPercentiles(counts);
        for (int i = 0; i < values.length; i++) {
            out.quantile(i, values[i].percentile(), inBaseUnit(values[i].value()), exemplars);
        }
        buckets.write(counts, exemplars, out);
        out.value(SampleWriter.SUM, sum, null);
    }

    @Override
    public final void rotate(long nowMillis, long withinMillis) {
        if (max.startRotation(nowMillis, withinMillis)) {
            maxNow();
        }
        if (percentiles != null) {
            percentiles.rotate(nowMillis, withinMillis, this::bucketCounts);
        }
    }
}
