package dev.percpu.histogram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.shard.BucketBounds;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FineBucketsTest {
    private static final int GROUP_LIMIT = 4_095;

    private static DistributionStatisticConfig config(int digits, double min, double max) {
        return DistributionStatisticConfig.builder()
                .percentilePrecision(digits)
                .minimumExpectedValue(min)
                .maximumExpectedValue(max)
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "0,1,Infinity",
        "1,1,Infinity",
        "1,1e6,3e10",
        "2,1,Infinity",
        "2,1e6,3e10",
        "3,1e6,3e10",
        "5,1e6,1e6",
        "5,1,1e300"
    })
    void shouldCoverAllNanosecondsWithinTheTolerance(int digits, double min, double max) {
        FineBuckets buckets = FineBuckets.ofNanos(config(digits, min, max), FineBuckets.LIMIT);
        long[] bounds = buckets.longBounds();
        double[] amounts = buckets.amountsOfLongs(bounds);
        double part = digits == 0 ? 1 : 1.0 / 16;

        assertThat(BucketBounds.ofLongs(bounds).buckets()).isLessThan(GROUP_LIMIT - 300);
        for (int cell = 0; cell < bounds.length; cell++) {
            long lowest = cell == 0 ? 0 : bounds[cell - 1] + 1;
            assertThat(amounts[cell]).isEqualTo(lowest);
            assertThat(bounds[cell] - lowest).isLessThanOrEqualTo((long) (lowest * part));
        }
        assertThat(Long.MAX_VALUE - bounds[bounds.length - 1])
                .isLessThanOrEqualTo((long) (bounds[bounds.length - 1] * part));
    }

    @ParameterizedTest
    @CsvSource({
        "0,1,Infinity",
        "1,1,Infinity",
        "2,1,1000",
        "3,100,1000",
        "1,1e-9,1",
        "4,1e-300,1e300",
        "1,1e-320,1e-310"
    })
    void shouldCoverAmountsWithinTheTolerance(int digits, double min, double max) {
        FineBuckets buckets = FineBuckets.ofAmounts(config(digits, min, max), FineBuckets.LIMIT);
        double[] bounds = buckets.doubleBounds();
        double[] amounts = buckets.amountsOfDoubles(bounds);
        double part = digits == 0 ? 1 : 1.0 / 16;

        assertThat(BucketBounds.ofDoubles(bounds).buckets()).isLessThan(GROUP_LIMIT - 300);
        assertThat(bounds[0]).isZero();
        for (int cell = 2; cell < bounds.length; cell++) {
            double lowest = Math.nextUp(bounds[cell - 1]);
            assertThat(amounts[cell]).isEqualTo(lowest);
            assertThat(bounds[cell]).isLessThanOrEqualTo(lowest * (1 + part));
        }
        assertThat(Arrays.copyOf(amounts, 2)).containsOnly(0);
    }

    @ParameterizedTest
    @CsvSource({"2,1e6,3e10,7", "1,1e6,3e10,4", "0,1,10,0", "3,1e6,2e6,10", "3,1e6,3e6,9", "2,1,1e18,5"})
    void shouldSplitExpectedValuesAsFinelyAsTheLimitAllows(int digits, double min, double max, int bits) {
        assertThat(FineBuckets.ofNanos(config(digits, min, max), FineBuckets.LIMIT)
                        .bits())
                .isEqualTo(bits);
    }

    @ParameterizedTest
    @CsvSource({"1", "2"})
    void shouldFindTheFineBucketOfACellBelowAPublishedBound(int digits) {
        FineBuckets fine = FineBuckets.ofNanos(config(digits, 1e6, 3e10), FineBuckets.LIMIT);
        Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            long cut = random.nextLong() >>> (2 + random.nextInt(60));
            long[] bounds = fine.longBounds();
            double[] amounts = fine.amountsOfLongs(bounds);
            int cell = bucketOf(bounds, cut);

            BucketLayout layout = BucketLayout.ofNanos(new double[] {cut + 1}, fine, null);

            int cutCell =
                    bucketOf(layout.cells().longs(), Math.min(cut + 2, cell < bounds.length ? bounds[cell] : cut));
            assertThat(layout.amountOf(cutCell)).isEqualTo(amounts[cell]);
        }
    }

    private static int bucketOf(long[] bounds, long amount) {
        int index = Arrays.binarySearch(bounds, amount);
        return index < 0 ? -index - 1 : index;
    }
}
