package dev.percpu.family;

import dev.percpu.histogram.BucketLayout;
import dev.percpu.histogram.NativeHistogramCounts;
import dev.percpu.histogram.NativeHistogramResolution;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The values of a timer, summary or long task timer at one point in time. Amounts are in the base unit. Immutable and thread-safe.
 *
 * @param max largest amount of the last time windows
 * @param buckets classic buckets, which count exactly {@code count} observations; null if the meter publishes none
 * @param nativeCounts native histogram, which counts exactly {@code count} observations; null if the meter publishes none
 */
public record Distribution(
        long count,
        double sum,
        double max,
        Quantiles quantiles,
        @Nullable ClassicHistogramBuckets buckets,
        @Nullable NativeHistogramCounts nativeCounts,
        Exemplars exemplars) {
    /** Returns the data point: of a histogram if there are classic or native buckets, otherwise of a summary. */
    DataPointSnapshot point(Labels labels, long createdMillis) {
        if (buckets == null && nativeCounts == null) {
            return new SummaryDataPointSnapshot(count, sum, quantiles, labels, exemplars, createdMillis);
        }
        ClassicHistogramBuckets classic = buckets == null ? ClassicHistogramBuckets.EMPTY : buckets;
        if (nativeCounts == null) {
            return new HistogramDataPointSnapshot(classic, sum, labels, exemplars, createdMillis);
        }
        return new HistogramDataPointSnapshot(
                classic,
                nativeCounts.schema(),
                nativeCounts.zeroCount(),
                nativeCounts.zeroThreshold(),
                nativeCounts.buckets(),
                NativeHistogramBuckets.EMPTY,
                sum,
                labels,
                exemplars,
                createdMillis);
    }

    /** Returns the data point of one shard's cells, without maximum, percentiles and exemplars; null if their count is 0. */
    public static @Nullable DataPointSnapshot pointOf(
            BucketLayout layout,
            NativeHistogramResolution resolution,
            long[] cellCounts,
            double sum,
            Labels labels,
            long createdMillis) {
        long count = layout.count(cellCounts);
        return count == 0
                ? null
                : new Distribution(
                                count,
                                sum,
                                0,
                                Quantiles.EMPTY,
                                layout.classicBuckets(cellCounts),
                                layout.nativeHistogramCounts(cellCounts, resolution),
                                Exemplars.EMPTY)
                        .point(labels, createdMillis);
    }

    /**
     * Returns percentiles as Prometheus quantiles.
     *
     * @param toBaseUnit converts a percentile's value to the base unit
     */
    public static Quantiles quantiles(ValueAtPercentile[] values, ToDoubleFunction<ValueAtPercentile> toBaseUnit) {
        return values.length == 0
                ? Quantiles.EMPTY
                : Quantiles.of(Arrays.stream(values)
                        .map(value -> new Quantile(value.percentile(), toBaseUnit.applyAsDouble(value)))
                        .toList());
    }

    /** Returns the values of a long task timer. Micrometer's snapshot has nanoseconds and cumulative buckets. */
    public static Distribution ofActiveTasks(HistogramSnapshot snapshot) {
        CountAtBucket[] counts = snapshot.histogramCounts();
        return new Distribution(
                snapshot.count(),
                snapshot.total(TimeUnit.SECONDS),
                snapshot.max(TimeUnit.SECONDS),
                quantiles(snapshot.percentileValues(), value -> value.value(TimeUnit.SECONDS)),
                counts.length == 0 ? null : buckets(counts, snapshot.count()),
                null,
                Exemplars.EMPTY);
    }

    private static ClassicHistogramBuckets buckets(CountAtBucket[] cumulative, long count) {
        List<Double> bounds = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        long countBelow = 0;
        for (CountAtBucket bucket : cumulative) {
            long upToBound = (long) bucket.count();
            bounds.add(bucket.bucket(TimeUnit.SECONDS));
            counts.add(upToBound - countBelow);
            countBelow = upToBound;
        }
        if (Double.isFinite(cumulative[cumulative.length - 1].bucket())) {
            bounds.add(Double.POSITIVE_INFINITY);
            counts.add(Math.max(0, count - countBelow)); // tasks may end while Micrometer takes the snapshot
        }
        return ClassicHistogramBuckets.of(bounds, counts);
    }
}
