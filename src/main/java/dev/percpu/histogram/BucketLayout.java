package dev.percpu.histogram;

import dev.percpu.shard.BucketBounds;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.util.TimeUtils;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A mapping from the cells that a meter records into to the buckets that it publishes.
 *
 * <p>The bounds of the cells are all bounds that the published buckets, the percentiles and the native histogram need. So a published
 * bucket is a run of adjacent cells, and its count is the sum of their counts. An amount belongs to the first cell whose bound is at least that
 * amount.
 *
 * <p>Immutable and thread-safe. Meters of equal configuration share one layout, see {@link BucketLayouts}.
 */
public final class BucketLayout {
    private static final double[] NONE = {};

    private final BucketBounds cells;

    /**
     * Published upper bounds in the unit of the amounts, ascending; empty without a classic histogram. The last one is +Inf only if the
     * configuration lists it.
     */
    private final double[] published;

    /** Per published bound: the number of cells, from the first, that hold the amounts up to it. */
    private final int[] cellEnds;

    /** Whether each cell is exactly one exposed bucket. */
    private final boolean oneToOne;

    /** The published bounds in the base unit, with +Inf last. */
    private final double[] exposed;

    /** Per cell: the amount that percentiles assume for all amounts in it; empty without percentiles. */
    private final double[] cellAmounts;

    private final @Nullable NativeHistogramProjection nativeHistogram;

    /** Computed once: a layout is a key of several maps, and has up to 4,095 bounds. */
    private final int hash;

    private BucketLayout(
            BucketBounds cells,
            double[] published,
            int[] cellEnds,
            double[] exposed,
            double[] cellAmounts,
            @Nullable NativeHistogramProjection nativeHistogram) {
        this.cells = cells;
        this.published = published;
        this.cellEnds = cellEnds;
        this.oneToOne = exposed.length == cells.buckets()
                && IntStream.range(0, cellEnds.length).allMatch(i -> cellEnds[i] == i + 1);
        this.exposed = exposed;
        this.cellAmounts = cellAmounts;
        this.nativeHistogram = nativeHistogram;
        this.hash = 31 * cells.hashCode() + Arrays.hashCode(published);
    }

    /**
     * Returns a layout for amounts in whole nanoseconds. The base unit is the second.
     *
     * @param published upper bounds in nanoseconds, ascending, above 0
     * @param fine the buckets that percentiles need; null without percentiles
     * @param nativeLayout the buckets of the native histogram; null without one
     */
    static BucketLayout ofNanos(
            double[] published, @Nullable FineBuckets fine, @Nullable NativeHistogramLayout nativeLayout) {
        long[] publishedNanos = new long[published.length];
        int finite = 0;
        while (finite < published.length && published[finite] < Long.MAX_VALUE) {
            // Amounts are whole: those up to 1.7 ns are those up to 1 ns.
            publishedNanos[finite] = (long) published[finite];
            finite++;
        }
        long[] bounds = merged(
                Arrays.copyOf(publishedNanos, finite),
                fine == null ? new long[0] : fine.longBounds(),
                nativeLayout == null ? new long[0] : nativeLayout.cells().longs());
        int[] cellEnds = new int[published.length];
        for (int i = 0; i < published.length; i++) {
            cellEnds[i] = i < finite ? Arrays.binarySearch(bounds, publishedNanos[i]) + 1 : bounds.length + 1;
        }
        double[] seconds = Arrays.stream(published)
                .map(nanos -> TimeUtils.nanosToUnit(nanos, TimeUnit.SECONDS))
                .toArray();
        return new BucketLayout(
                BucketBounds.ofLongs(bounds),
                published,
                cellEnds,
                withInfinity(seconds),
                fine == null ? NONE : fine.amountsOfLongs(bounds),
                nativeLayout == null ? null : NativeHistogramProjection.ofLongs(nativeLayout, bounds));
    }

    /**
     * Returns a layout for floating-point amounts in the base unit.
     *
     * @param published upper bounds, ascending, above 0
     * @param fine the buckets that percentiles need; null without percentiles
     * @param nativeLayout the buckets of the native histogram; null without one
     */
    static BucketLayout ofAmounts(
            double[] published, @Nullable FineBuckets fine, @Nullable NativeHistogramLayout nativeLayout) {
        int finite = published.length;
        if (finite > 0 && published[finite - 1] == Double.POSITIVE_INFINITY) {
            finite--;
        }
        double[] bounds = merged(
                Arrays.copyOf(published, finite),
                fine == null ? NONE : fine.doubleBounds(),
                nativeLayout == null ? NONE : nativeLayout.cells().doubles());
        int[] cellEnds = new int[published.length];
        for (int i = 0; i < published.length; i++) {
            cellEnds[i] = i < finite ? Arrays.binarySearch(bounds, published[i]) + 1 : bounds.length + 1;
        }
        return new BucketLayout(
                BucketBounds.ofDoubles(bounds),
                published,
                cellEnds,
                withInfinity(published),
                fine == null ? NONE : fine.amountsOfDoubles(bounds),
                nativeLayout == null ? null : NativeHistogramProjection.ofDoubles(nativeLayout, bounds));
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

    /** Returns the bounds of the cells to record into. */
    public BucketBounds cells() {
        return cells;
    }

    /** Returns whether the meter publishes a histogram: classic, native or both. */
    public boolean publishesHistogram() {
        return published.length > 0 || nativeHistogram != null;
    }

    public boolean publishesClassicBuckets() {
        return published.length > 0;
    }

    /** Returns a copy of the published bounds in the unit of the amounts, with +Inf last. */
    public double[] publishedWithInfinity() {
        return withInfinity(published).clone();
    }

    /** Returns a copy of the published bounds in the base unit, with +Inf last; +Inf alone without classic buckets. */
    public double[] exposedBounds() {
        return exposed.clone();
    }

    /**
     * Computes the cumulative count of each exposed bound.
     *
     * @param cellCounts the count of each cell; may be longer than the number of cells
     * @param cumulative receives the number of amounts up to each of the {@link #exposedBounds}; may be longer than their number
     * @return the number of all amounts
     */
    public long cumulate(long[] cellCounts, long[] cumulative) {
        long count = 0;
        if (oneToOne) {
            for (int i = 0; i < exposed.length; i++) {
                count += cellCounts[i];
                cumulative[i] = count;
            }
            return count;
        }
        int cell = 0;
        for (int i = 0; i < exposed.length; i++) {
            int end = i < cellEnds.length ? cellEnds[i] : cells.buckets();
            for (; cell < end; cell++) {
                count += cellCounts[cell];
            }
            cumulative[i] = count;
        }
        return count;
    }

    /**
     * Returns the buckets in Micrometer's form: cumulative, in the unit of the amounts. They are the published ones, or those of the native
     * histogram if there are no classic buckets.
     */
    public CountAtBucket[] counts(long[] cellCounts) {
        if (published.length == 0 && nativeHistogram != null) {
            return nativeHistogram.cumulative(cellCounts);
        }
        long[] cumulative = new long[exposed.length];
        cumulate(cellCounts, cumulative);
        CountAtBucket[] counts = new CountAtBucket[published.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new CountAtBucket(published[i], cumulative[i]);
        }
        return counts;
    }

    /** Returns the counts of the native histogram; null if the meter publishes none. */
    public @Nullable NativeHistogramCounts exposedNative(long[] cellCounts) {
        return nativeHistogram == null ? null : nativeHistogram.counts(cellCounts);
    }

    /** Returns the classic buckets with +Inf, not cumulative, in the base unit; null if the meter publishes none. */
    public @Nullable ClassicHistogramBuckets exposedBuckets(long[] cellCounts) {
        if (published.length == 0) {
            return null;
        }
        long[] counts = new long[exposed.length];
        cumulate(cellCounts, counts);
        for (int i = counts.length - 1; i > 0; i--) {
            counts[i] -= counts[i - 1];
        }
        return ClassicHistogramBuckets.of(exposed, counts);
    }

    /**
     * Returns the number of all amounts.
     *
     * @param cellCounts the count of each cell; may be longer than the number of cells
     */
    public long count(long[] cellCounts) {
        long count = 0;
        for (int cell = 0; cell < cells.buckets(); cell++) {
            count += cellCounts[cell];
        }
        return count;
    }

    /** Returns the amount that percentiles assume for all amounts in a cell. The layout must have been made for percentiles. */
    public double amountOf(int cell) {
        return cellAmounts[cell];
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof BucketLayout that
                        && hash == that.hash
                        && cells.equals(that.cells)
                        && Arrays.equals(published, that.published)
                        && Arrays.equals(exposed, that.exposed)
                        && Arrays.equals(cellAmounts, that.cellAmounts)
                        && Objects.equals(nativeHistogram, that.nativeHistogram);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
