package dev.percpu.histogram;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BucketLayoutTest {
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    @Test
    void shouldUseOneCellWithoutPublishedBuckets() {
        BucketLayout layout = BucketLayout.ofNanos(new double[0], null, null);

        assertThat(layout.cells().buckets()).isEqualTo(1);
        assertThat(layout.hasHistogram()).isFalse();
        assertThat(layout.counts(new long[] {5})).isEmpty();
    }

    @Test
    void shouldCountNanosecondsUpToFractionalBounds() {
        BucketLayout layout = BucketLayout.ofNanos(new double[] {0.5, 1.2, 1.7, 3, 1e19, INFINITY}, null, null);

        assertThat(layout.cells().longs()).containsExactly(0, 1, 3);
        assertThat(cumulative(layout, 1, 10, 100, 1000)).containsExactly(1, 11, 11, 111, 1111, 1111);
        assertThat(exposed(layout, 1, 10, 100, 1000)).containsExactly(1, 10, 0, 100, 1000, 0);
    }

    @Test
    void shouldAddTheInfiniteBucketToExposedBucketsOnly() {
        BucketLayout layout = BucketLayout.ofAmounts(new double[] {0.5, 2}, null, null);

        assertThat(layout.cells().doubles()).containsExactly(0.5, 2);
        assertThat(cumulative(layout, 1, 10, 100)).containsExactly(1, 11);
        assertThat(exposed(layout, 1, 10, 100)).containsExactly(1, 10, 100);
        assertThat(layout.boundsWithInfinity()).containsExactly(0.5, 2, INFINITY);
    }

    @Test
    void shouldNotRepeatAnInfiniteBound() {
        BucketLayout layout = BucketLayout.ofAmounts(new double[] {2, INFINITY}, null, null);

        assertThat(layout.cells().doubles()).containsExactly(2);
        assertThat(exposed(layout, 3, 4)).containsExactly(3, 4);
        assertThat(layout.boundsWithInfinity()).containsExactly(2, INFINITY);
    }

    @Test
    void shouldExposeSeconds() {
        ClassicHistogramBuckets buckets =
                BucketLayout.ofNanos(new double[] {1e6, 5e9}, null, null).classicBuckets(new long[3]);

        assertThat(buckets.getUpperBound(0)).isEqualTo(0.001);
        assertThat(buckets.getUpperBound(1)).isEqualTo(5);
        assertThat(buckets.getUpperBound(2)).isEqualTo(INFINITY);
    }

    @Test
    void shouldPublishRunsOfFineCells() {
        DistributionStatisticConfig config = DistributionStatisticConfig.DEFAULT;
        BucketLayout layout =
                BucketLayout.ofAmounts(new double[] {3.3, 1e6}, FineBuckets.ofAmounts(config, FineBuckets.LIMIT), null);
        double[] cells = layout.cells().doubles();
        long[] counts = new long[cells.length + 1];
        Arrays.fill(counts, 1);

        assertThat(cells).contains(3.3, 1e6);
        assertThat(cumulative(layout, counts))
                .containsExactly(Arrays.binarySearch(cells, 3.3) + 1L, Arrays.binarySearch(cells, 1e6) + 1L);
    }

    @Test
    void shouldReturnTheSameLayoutForEqualConfigurations() {
        BucketLayouts layouts = new BucketLayouts(name -> NativeHistogramSettings.DEFAULT);
        DistributionStatisticConfig config = DistributionStatisticConfig.builder()
                .percentilesHistogram(true)
                .percentiles(0.5)
                .build()
                .merge(DistributionStatisticConfig.DEFAULT);

        assertThat(layouts.ofNanos("m", config))
                .isSameAs(layouts.ofNanos("m", config))
                .isNotEqualTo(layouts.ofAmounts("m", config));
        assertThat(layouts.ofNanos("m", DistributionStatisticConfig.DEFAULT))
                .isNotEqualTo(layouts.ofNanos("m", config));
    }

    private static long[] cumulative(BucketLayout layout, long... cellCounts) {
        return Arrays.stream(layout.counts(cellCounts))
                .mapToDouble(CountAtBucket::count)
                .mapToLong(count -> (long) count)
                .toArray();
    }

    private static long[] exposed(BucketLayout layout, long... cellCounts) {
        ClassicHistogramBuckets buckets = layout.classicBuckets(cellCounts);
        long[] counts = new long[buckets.size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = buckets.getCount(i);
        }
        return counts;
    }
}
