package dev.percpu.family;

import dev.percpu.histogram.BucketLayout;
import dev.percpu.histogram.NativeHistogramCounts;
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
 * What a timer, summary or long task timer exposes, at one time. Immutable; amounts are in the base unit.
 *
 * @param max largest amount of the last windows
 * @param buckets of a classic histogram, which count exactly {@code count} observations; null if none is published
 * @param exponential what a native histogram has counted, which is as much; null if none is published
 */
public record Distribution(
        long count,
        double sum,
        double max,
        Quantiles quantiles,
        @Nullable ClassicHistogramBuckets buckets,
        @Nullable NativeHistogramCounts exponential,
        Exemplars exemplars) {
    /** In a family of its kind: a histogram if it has buckets of either sort, else a summary. */
    DataPointSnapshot point(Labels labels, long createdMillis) {
        if (buckets == null && exponential == null) {
            return new SummaryDataPointSnapshot(count, sum, quantiles, labels, exemplars, createdMillis);
        }
        ClassicHistogramBuckets classic = buckets == null ? ClassicHistogramBuckets.EMPTY : buckets;
        if (exponential == null) {
            return new HistogramDataPointSnapshot(classic, sum, labels, exemplars, createdMillis);
        }
        return new HistogramDataPointSnapshot(
                classic,
                exponential.schema(),
                exponential.zeroCount(),
                exponential.zeroThreshold(),
                exponential.buckets(),
                NativeHistogramBuckets.EMPTY,
                sum,
                labels,
                exemplars,
                createdMillis);
    }

    /** What cells have counted, and nothing besides; null if that is nothing. */
    public static @Nullable DataPointSnapshot pointOf(
            BucketLayout layout, long[] cellCounts, double sum, Labels labels, long createdMillis) {
        long count = layout.count(cellCounts);
        return count == 0
                ? null
                : new Distribution(
                                count,
                                sum,
                                0,
                                Quantiles.EMPTY,
                                layout.exposedBuckets(cellCounts),
                                layout.exposedNative(cellCounts),
                                Exemplars.EMPTY)
                        .point(labels, createdMillis);
    }

    /**
     * @param toBaseUnit reads a value in the base unit
     */
    public static Quantiles quantiles(ValueAtPercentile[] values, ToDoubleFunction<ValueAtPercentile> toBaseUnit) {
        return values.length == 0
                ? Quantiles.EMPTY
                : Quantiles.of(Arrays.stream(values)
                        .map(value -> new Quantile(value.percentile(), toBaseUnit.applyAsDouble(value)))
                        .toList());
    }

    /** Of Micrometer's own long task timer, whose snapshot is in nanoseconds and has cumulative buckets. */
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
        long before = 0;
        for (CountAtBucket bucket : cumulative) {
            long upToBound = (long) bucket.count();
            bounds.add(bucket.bucket(TimeUnit.SECONDS));
            counts.add(upToBound - before);
            before = upToBound;
        }
        if (Double.isFinite(cumulative[cumulative.length - 1].bucket())) {
            bounds.add(Double.POSITIVE_INFINITY);
            counts.add(Math.max(0, count - before)); // tasks end while they are counted
        }
        return ClassicHistogramBuckets.of(bounds, counts);
    }
}
