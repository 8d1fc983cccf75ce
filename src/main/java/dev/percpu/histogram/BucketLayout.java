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
 * A mapping from the cells of a meter to its published buckets.
 *
 * <p>The bounds of the cells are all bounds that the published buckets, the percentiles and the native histogram need. So a published
 * bucket is a run of adjacent cells, and its count is the sum of their counts. An amount belongs to the first cell whose bound is at
 * least that amount.
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
    private final double[] bounds;

    /** Per published bound: the number of cells, from the first, that hold the amounts up to it. */
    private final int[] cellEnds;

    /** Whether each cell is exactly one published bucket. */
    private final boolean oneToOne;

    /** The published bounds in the base unit, with +Inf last. */
    private final double[] baseUnitBounds;

    /** Per cell: the amount that percentiles assume for all amounts in it; empty without percentiles. */
    private final double[] cellAmounts;

    private final @Nullable NativeHistogramProjection nativeHistogram;

    /** Computed once: a layout is a key of several maps, and has up to 4,095 bounds. */
    private final int hash;

    private BucketLayout(
            BucketBounds cells,
            double[] bounds,
            int[] cellEnds,
            double[] baseUnitBounds,
            double[] cellAmounts,
            @Nullable NativeHistogramProjection nativeHistogram) {
        this.cells = cells;
        this.bounds = bounds;
        this.cellEnds = cellEnds;
        this.oneToOne = baseUnitBounds.length == cells.buckets()
                && IntStream.range(0, cellEnds.length).allMatch(i -> cellEnds[i] == i + 1);
        this.baseUnitBounds = baseUnitBounds;
        this.cellAmounts = cellAmounts;
        this.nativeHistogram = nativeHistogram;
        this.hash = 31 * cells.hashCode() + Arrays.hashCode(bounds);
    }

    /**
     * Returns a layout for amounts in whole nanoseconds. The base unit is the second.
     *
     * @param bounds published upper bounds in nanoseconds, ascending, above 0
     * @param fine the buckets that percentiles need; null without percentiles
     * @param nativeLayout the buckets of the native histogram; null without one
     */
    static BucketLayout ofNanos(
            double[] bounds, @Nullable FineBuckets fine, @Nullable NativeHistogramLayout nativeLayout) {
        long[] boundsNanos = new long[bounds.length];
        int finite = 0;
        while (finite < bounds.length && bounds[finite] < Long.MAX_VALUE) {
            // Amounts are whole nanoseconds, so the bounds 1.7 ns and 1 ns select the same amounts.
            boundsNanos[finite] = (long) bounds[finite];
            finite++;
        }
        long[] cellBounds = merged(
                Arrays.copyOf(boundsNanos, finite),
                fine == null ? new long[0] : fine.longBounds(),
                nativeLayout == null ? new long[0] : nativeLayout.cells().longs());
        int[] cellEnds = new int[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            cellEnds[i] = i < finite ? Arrays.binarySearch(cellBounds, boundsNanos[i]) + 1 : cellBounds.length + 1;
        }
        double[] seconds = new double[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            seconds[i] = TimeUtils.nanosToUnit(bounds[i], TimeUnit.SECONDS);
        }
        return new BucketLayout(
                BucketBounds.ofLongs(cellBounds),
                bounds,
                cellEnds,
                withInfinity(seconds),
                fine == null ? NONE : fine.amountsOfLongs(cellBounds),
                nativeLayout == null ? null : NativeHistogramProjection.ofLongs(nativeLayout, cellBounds));
    }

    /**
     * Returns a layout for floating-point amounts in the base unit.
     *
     * @param bounds published upper bounds, ascending, above 0
     * @param fine the buckets that percentiles need; null without percentiles
     * @param nativeLayout the buckets of the native histogram; null without one
     */
    static BucketLayout ofAmounts(
            double[] bounds, @Nullable FineBuckets fine, @Nullable NativeHistogramLayout nativeLayout) {
        int finite = bounds.length;
        if (finite > 0 && bounds[finite - 1] == Double.POSITIVE_INFINITY) {
            finite--;
        }
        double[] cellBounds = merged(
                Arrays.copyOf(bounds, finite),
                fine == null ? NONE : fine.doubleBounds(),
                nativeLayout == null ? NONE : nativeLayout.cells().doubles());
        int[] cellEnds = new int[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            cellEnds[i] = i < finite ? Arrays.binarySearch(cellBounds, bounds[i]) + 1 : cellBounds.length + 1;
        }
        return new BucketLayout(
                BucketBounds.ofDoubles(cellBounds),
                bounds,
                cellEnds,
                withInfinity(bounds),
                fine == null ? NONE : fine.amountsOfDoubles(cellBounds),
                nativeLayout == null ? null : NativeHistogramProjection.ofDoubles(nativeLayout, cellBounds));
    }

    // Loops, because the first stream of an application slows its start down.

    private static long[] merged(long[]... bounds) {
        int size = 0;
        for (long[] part : bounds) {
            size += part.length;
        }
        long[] sorted = new long[size];
        int end = 0;
        for (long[] part : bounds) {
            System.arraycopy(part, 0, sorted, end, part.length);
            end += part.length;
        }
        Arrays.sort(sorted);
        int distinct = 0;
        for (long bound : sorted) {
            if (distinct == 0 || bound != sorted[distinct - 1]) {
                sorted[distinct++] = bound;
            }
        }
        return Arrays.copyOf(sorted, distinct);
    }

    private static double[] merged(double[]... bounds) {
        int size = 0;
        for (double[] part : bounds) {
            size += part.length;
        }
        double[] sorted = new double[size];
        int end = 0;
        for (double[] part : bounds) {
            System.arraycopy(part, 0, sorted, end, part.length);
            end += part.length;
        }
        Arrays.sort(sorted);
        int distinct = 0;
        for (double bound : sorted) {
            if (distinct == 0 || bound != sorted[distinct - 1]) {
                sorted[distinct++] = bound;
            }
        }
        return Arrays.copyOf(sorted, distinct);
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
    public boolean hasHistogram() {
        return bounds.length > 0 || nativeHistogram != null;
    }

    public boolean hasClassicBuckets() {
        return bounds.length > 0;
    }

    /** Returns a copy of the published bounds in the unit of the amounts, with +Inf last. */
    public double[] boundsWithInfinity() {
        return withInfinity(bounds).clone();
    }

    /** Returns a copy of the published bounds in the base unit, with +Inf last. Without classic buckets, +Inf is the only element. */
    public double[] baseUnitBounds() {
        return baseUnitBounds.clone();
    }

    /**
     * Computes the cumulative count of each published bound.
     *
     * @param cellCounts the count of each cell; may be longer than the number of cells
     * @param cumulative receives the number of amounts up to each of the {@link #baseUnitBounds}; may be longer than their number
     * @return the number of all amounts
     */
    public long cumulate(long[] cellCounts, long[] cumulative) {
        long count = 0;
        if (oneToOne) {
            for (int i = 0; i < baseUnitBounds.length; i++) {
                count += cellCounts[i];
                cumulative[i] = count;
            }
            return count;
        }
        int cell = 0;
        for (int i = 0; i < baseUnitBounds.length; i++) {
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
        if (bounds.length == 0 && nativeHistogram != null) {
            return nativeHistogram.cumulative(cellCounts);
        }
        long[] cumulative = new long[baseUnitBounds.length];
        cumulate(cellCounts, cumulative);
        CountAtBucket[] counts = new CountAtBucket[bounds.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new CountAtBucket(bounds[i], cumulative[i]);
        }
        return counts;
    }

    /**
     * Returns the counts of the native histogram; null if the meter publishes none.
     *
     * @param limit schema and zero threshold that are exposed if those of the cells are finer
     */
    public @Nullable NativeHistogramCounts nativeHistogramCounts(long[] cellCounts, NativeHistogramResolution limit) {
        if (nativeHistogram == null) {
            return null;
        }
        return limit.applyTo(nativeHistogram.counts(cellCounts));
    }

    /** Returns the schema of the native histogram; null if the meter publishes none. */
    public @Nullable Integer nativeSchema() {
        return nativeHistogram == null ? null : nativeHistogram.layout().schema();
    }

    /** Returns the classic buckets with +Inf, not cumulative, in the base unit; null if the meter publishes none. */
    public @Nullable ClassicHistogramBuckets classicBuckets(long[] cellCounts) {
        if (bounds.length == 0) {
            return null;
        }
        long[] counts = new long[baseUnitBounds.length];
        cumulate(cellCounts, counts);
        for (int i = counts.length - 1; i > 0; i--) {
            counts[i] -= counts[i - 1];
        }
        return ClassicHistogramBuckets.of(baseUnitBounds, counts);
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

    /**
     * Returns the amount that percentiles assume for all amounts in a cell.
     *
     * @throws ArrayIndexOutOfBoundsException if the layout has no percentiles
     */
    public double amountOf(int cell) {
        return cellAmounts[cell];
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof BucketLayout that
                        && hash == that.hash
                        && cells.equals(that.cells)
                        && Arrays.equals(bounds, that.bounds)
                        && Arrays.equals(baseUnitBounds, that.baseUnitBounds)
                        && Arrays.equals(cellAmounts, that.cellAmounts)
                        && Objects.equals(nativeHistogram, that.nativeHistogram);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
