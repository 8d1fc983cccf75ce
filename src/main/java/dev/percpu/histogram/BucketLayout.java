package dev.percpu.histogram;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.exposition.TextBounds;
import dev.percpu.shard.BucketBounds;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.util.TimeUtils;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Exemplars;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which buckets a meter publishes, which cells it records into, and how the one is worked out of the other.
 *
 * <p>The cells are as many as both the published buckets and the percentiles need: a published bucket is a run of whole cells. Immutable;
 * meters of equal configuration share one.
 */
public final class BucketLayout {
    private static final double[] NONE = {};

    private final BucketBounds cells;

    /** Upper bounds in the unit of the amounts, ascending; +Inf only if it was asked for. Empty: no histogram is published. */
    private final double[] published;

    /** Per published bucket: how many cells, from the first, hold the amounts up to its bound. */
    private final int[] cellsUpTo;

    /** Whether every cell is a published bucket of its own: no two share one, and nothing else needs more. */
    private final boolean cellEach;

    /** The published bounds in the base unit, +Inf last. */
    private final double[] exposed;

    /** The same as text. */
    private final TextBounds exposedText;

    /** Per cell the amount that percentiles take all of its amounts for; empty if there are no percentiles. */
    private final double[] amounts;

    private final @Nullable NativeHistogramProjection nativeView;

    private BucketLayout(
            BucketBounds cells,
            double[] published,
            int[] cellsUpTo,
            double[] exposed,
            double[] amounts,
            @Nullable NativeHistogramProjection nativeView) {
        this.cells = cells;
        this.published = published;
        this.cellsUpTo = cellsUpTo;
        this.cellEach = exposed.length == cells.buckets()
                && IntStream.range(0, cellsUpTo.length).allMatch(i -> cellsUpTo[i] == i + 1);
        this.exposed = exposed;
        this.exposedText = TextBounds.of(exposed);
        this.amounts = amounts;
        this.nativeView = nativeView;
    }

    /**
     * For whole nanoseconds.
     *
     * @param published upper bounds in nanoseconds, ascending, above 0
     * @param fine the buckets that percentiles need, if any
     * @param exponential those of a native histogram, if any
     */
    static BucketLayout ofNanos(
            double[] published, @Nullable FineBuckets fine, @Nullable NativeHistogramLayout exponential) {
        long[] wanted = new long[published.length];
        int finite = 0;
        while (finite < published.length && published[finite] < Long.MAX_VALUE) {
            wanted[finite] = (long) published[finite]; // an amount is whole: it is up to 1.7 when it is up to 1
            finite++;
        }
        long[] all = merged(
                Arrays.copyOf(wanted, finite),
                fine == null ? new long[0] : fine.longBounds(),
                exponential == null ? new long[0] : exponential.cells().longs());
        int[] cellsUpTo = new int[published.length];
        for (int i = 0; i < published.length; i++) {
            cellsUpTo[i] = i < finite ? Arrays.binarySearch(all, wanted[i]) + 1 : all.length + 1;
        }
        double[] seconds = Arrays.stream(published)
                .map(nanos -> TimeUtils.nanosToUnit(nanos, TimeUnit.SECONDS))
                .toArray();
        double[] amounts = fine == null ? NONE : fine.amountsOfLongs(all);
        NativeHistogramProjection view =
                exponential == null ? null : NativeHistogramProjection.ofLongs(exponential, all);
        return new BucketLayout(BucketBounds.ofLongs(all), published, cellsUpTo, withInfinity(seconds), amounts, view);
    }

    /** The same for any amounts; their unit is the base unit. */
    static BucketLayout ofAmounts(
            double[] published, @Nullable FineBuckets fine, @Nullable NativeHistogramLayout exponential) {
        int finite = published.length;
        if (finite > 0 && published[finite - 1] == Double.POSITIVE_INFINITY) {
            finite--;
        }
        double[] all = merged(
                Arrays.copyOf(published, finite),
                fine == null ? NONE : fine.doubleBounds(),
                exponential == null ? NONE : exponential.cells().doubles());
        int[] cellsUpTo = new int[published.length];
        for (int i = 0; i < published.length; i++) {
            cellsUpTo[i] = i < finite ? Arrays.binarySearch(all, published[i]) + 1 : all.length + 1;
        }
        double[] amounts = fine == null ? NONE : fine.amountsOfDoubles(all);
        NativeHistogramProjection view =
                exponential == null ? null : NativeHistogramProjection.ofDoubles(exponential, all);
        return new BucketLayout(
                BucketBounds.ofDoubles(all), published, cellsUpTo, withInfinity(published), amounts, view);
    }

    private static long[] merged(long[]... bounds) {
        return Arrays.stream(bounds)
                .flatMapToLong(Arrays::stream)
                .sorted()
                .distinct()
                .toArray();
    }

    private static double[] merged(double[]... bounds) {
        return Arrays.stream(bounds)
                .flatMapToDouble(Arrays::stream)
                .sorted()
                .distinct()
                .toArray();
    }

    private static double[] withInfinity(double[] bounds) {
        if (bounds.length > 0 && bounds[bounds.length - 1] == Double.POSITIVE_INFINITY) {
            return bounds;
        }
        double[] extended = Arrays.copyOf(bounds, bounds.length + 1);
        extended[bounds.length] = Double.POSITIVE_INFINITY;
        return extended;
    }

    /** The bounds of the cells to record into. */
    public BucketBounds cells() {
        return cells;
    }

    /** Classic, native or both. */
    public boolean publishesHistogram() {
        return published.length > 0 || nativeView != null;
    }

    public boolean publishesClassicBuckets() {
        return published.length > 0;
    }

    /** The published bounds in the unit of the amounts, +Inf last: what exemplars are sampled by. */
    public double[] publishedWithInfinity() {
        return withInfinity(published);
    }

    /** The published buckets, cumulative, in the unit of the amounts; a native histogram's if there are no others. */
    public CountAtBucket[] counts(long[] cellCounts) {
        if (published.length == 0 && nativeView != null) {
            return nativeView.cumulative(cellCounts);
        }
        CountAtBucket[] counts = new CountAtBucket[published.length];
        long cumulative = 0;
        int cell = 0;
        for (int i = 0; i < counts.length; i++) {
            for (; cell < cellsUpTo[i]; cell++) {
                cumulative += cellCounts[cell];
            }
            counts[i] = new CountAtBucket(published[i], cumulative);
        }
        return counts;
    }

    /** What the native histogram counts; null if none is published. */
    public @Nullable NativeHistogramCounts exposedNative(long[] cellCounts) {
        return nativeView == null ? null : nativeView.counted(cellCounts);
    }

    /** The published buckets with +Inf, each counted by itself, in the base unit; null if there are no classic ones. */
    public @Nullable ClassicHistogramBuckets exposedBuckets(long[] cellCounts) {
        if (published.length == 0) {
            return null;
        }
        long[] counts = new long[exposed.length];
        int cell = 0;
        for (int i = 0; i < counts.length; i++) {
            int end = i < cellsUpTo.length ? cellsUpTo[i] : cellCounts.length;
            for (; cell < end; cell++) {
                counts[i] += cellCounts[cell];
            }
        }
        return ClassicHistogramBuckets.of(exposed, counts);
    }

    /**
     * Writes the published buckets, +Inf alone if they are a native histogram's only, and the count of all.
     *
     * @param cellCounts of at least all cells
     * @param exemplars in the base unit
     */
    public void write(long[] cellCounts, Exemplars exemplars, SampleWriter out) throws IOException {
        out.count(publishesHistogram() ? writeBuckets(cellCounts, exemplars, out) : count(cellCounts), exemplars);
    }

    private long writeBuckets(long[] cellCounts, Exemplars exemplars, SampleWriter out) throws IOException {
        long[] cumulative = out.cumulative(exposed.length);
        long count = 0;
        if (cellEach) {
            for (int i = 0; i < exposed.length; i++) {
                count += cellCounts[i];
                cumulative[i] = count;
            }
        } else {
            int cell = 0;
            for (int i = 0; i < exposed.length; i++) {
                int end = i < cellsUpTo.length ? cellsUpTo[i] : cells.buckets();
                for (; cell < end; cell++) {
                    count += cellCounts[cell];
                }
                cumulative[i] = count;
            }
        }
        if (exemplars.size() == 0) {
            out.buckets(exposedText, cumulative);
            return count;
        }
        double below = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < exposed.length; i++) {
            out.bucket(exposedText, i, cumulative[i], exemplars.get(below, exposed[i]));
            below = exposed[i];
        }
        return count;
    }

    /** All that the cells count. */
    public long count(long[] cellCounts) {
        long count = 0;
        for (int cell = 0; cell < cells.buckets(); cell++) {
            count += cellCounts[cell];
        }
        return count;
    }

    /** The amount that percentiles take all amounts of this cell for. Only for layouts with fine buckets. */
    public double amountOf(int cell) {
        return amounts[cell];
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof BucketLayout that
                        && cells.equals(that.cells)
                        && Arrays.equals(published, that.published)
                        && Arrays.equals(exposed, that.exposed)
                        && Arrays.equals(amounts, that.amounts)
                        && Objects.equals(nativeView, that.nativeView);
    }

    @Override
    public int hashCode() {
        return 31 * cells.hashCode() + Arrays.hashCode(published);
    }
}
