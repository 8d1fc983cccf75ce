package dev.percpu.histogram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.settings.HistogramMode;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeHistogramLayoutTest {
    private static final NativeHistogramSettings USUAL = NativeHistogramSettings.DEFAULT.withMode(HistogramMode.NATIVE);

    @Test
    void shouldReachFromThirtyMicrosecondsToHalfAMinuteAndBeyondByDefault() {
        NativeHistogramLayout buckets = NativeHistogramLayout.ofNanos(USUAL, 1e6, 30e9);

        assertThat(buckets.schema()).isEqualTo(3);
        assertThat(buckets.zeroThreshold()).isEqualTo(0x1p-15);
        assertThat(told(buckets)[0]).isEqualTo(-119);
        assertThat(told(buckets)[159]).isEqualTo(40); // up to 32 s
        assertThat(Arrays.copyOfRange(told(buckets), 160, told(buckets).length))
                .startsWith(48, 56, 64) // 64 s, 128 s, 256 s
                .endsWith(34 * 8) // the longest duration is 2^33.1 s
                .hasSize(29);
    }

    @Test
    void shouldTakeTheFinestSchemaOfWhichTheBucketsAreNotTooMany() {
        assertThat(NativeHistogramLayout.ofNanos(USUAL, 100e6, 1e9).schema()).isEqualTo(5);
        assertThat(NativeHistogramLayout.ofNanos(USUAL, 10e6, 1e9).schema()).isEqualTo(4);
        assertThat(NativeHistogramLayout.ofNanos(USUAL.withMaxBuckets(480), 1e6, 30e9)
                        .schema())
                .isEqualTo(5);
        assertThat(NativeHistogramLayout.ofNanos(USUAL.withMaxBuckets(10), 1e6, 30e9)
                        .schema())
                .isEqualTo(-1);
        assertThat(NativeHistogramLayout.ofNanos(USUAL.withSchema(1), 100e6, 1e9)
                        .schema())
                .isEqualTo(1);
        assertThat(NativeHistogramLayout.ofAmounts(USUAL, 1, Double.POSITIVE_INFINITY)
                        .schema())
                .isEqualTo(2);
        assertThat(NativeHistogramLayout.ofAmounts(USUAL, Double.MIN_VALUE, Double.MAX_VALUE)
                        .schema())
                .isEqualTo(-4);
    }

    @Test
    void shouldBeginAtAThresholdOfOnesOwnAndExtendUpwards() {
        NativeHistogramLayout buckets = NativeHistogramLayout.ofNanos(USUAL.withZeroThreshold(0.0011), 1e6, 30e9);

        assertThat(buckets.zeroThreshold()).isEqualTo(0.0011);
        assertThat(buckets.cells().longs()[0]).isEqualTo(1_100_000);
        assertThat(NativeHistogramSchema.upper(3, told(buckets)[0])).isBetween(0.0011, 0.0011 * 1.09);
        assertThat(told(buckets)[159]).isEqualTo(told(buckets)[0] + 159);
    }

    @Test
    void shouldLeaveOutBucketsThatNoWholeNanosecondIsIn() {
        NativeHistogramLayout buckets =
                NativeHistogramLayout.ofNanos(USUAL.withSchema(8).withMaxBuckets(2000), 2, 20);

        assertThat(buckets.cells().longs()).startsWith(0, 1, 2, 3, 4);
        assertThat(told(buckets)[1]).isEqualTo(NativeHistogramSchema.indexOf(8, 2e-9));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-1, -1",
        "5, 1",
        "Infinity, Infinity",
        "1e300, 1e308",
        "4.9E-324, 4.9E-324",
        "4.9E-324, Infinity",
        "0.5, 0.5",
        "1e-9, 1e300",
        "1e18, 1e19"
    })
    void shouldStayUsableWhateverIsExpected(double least, double most) {
        for (int schema = -4; schema <= 8; schema++) {
            for (int maxBuckets : new int[] {10, 160, 2000}) {
                NativeHistogramSettings settings = USUAL.withSchema(schema).withMaxBuckets(maxBuckets);
                shouldBeUsable(NativeHistogramLayout.ofNanos(settings, least, most), maxBuckets);
                shouldBeUsable(NativeHistogramLayout.ofAmounts(settings, least, most), maxBuckets);
                for (double threshold : new double[] {Double.MIN_VALUE, 1e-9, 1, 1e12, Double.MAX_VALUE}) {
                    NativeHistogramSettings fixed = settings.withZeroThreshold(threshold);
                    shouldBeUsable(NativeHistogramLayout.ofNanos(fixed, least, most), maxBuckets);
                    shouldBeUsable(NativeHistogramLayout.ofAmounts(fixed, least, most), maxBuckets);
                }
            }
        }
    }

    private static void shouldBeUsable(NativeHistogramLayout buckets, int maxBuckets) {
        assertThat(buckets.cells().buckets()).isBetween(2, maxBuckets + 66);
        assertThat(told(buckets))
                .hasSize(buckets.cells().buckets() - 1)
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(buckets.zeroThreshold()).isPositive().isFinite();
    }

    @Test
    void shouldTellNoAmountLessThanItIsNorMoreThanABucketOrAPowerOfTwoAbove() {
        Random random = new Random(1);
        for (int schema = -4; schema <= 8; schema++) {
            NativeHistogramLayout buckets =
                    NativeHistogramLayout.ofNanos(USUAL.withSchema(schema).withMaxBuckets(1000), 1e6, 30e9);
            long[] bounds = buckets.cells().longs();
            double base = Math.pow(2, Math.pow(2, -buckets.schema()));
            for (int i = 0; i < 10_000; i++) {
                long nanos = random.nextLong() >>> random.nextInt(1, 64);
                int cell = Arrays.binarySearch(bounds, nanos);
                cell = cell >= 0 ? cell : -cell - 1;
                if (cell == 0) {
                    assertThat(nanos / 1e9).isLessThanOrEqualTo(buckets.zeroThreshold());
                } else {
                    double upper = NativeHistogramSchema.upper(buckets.schema(), told(buckets)[cell - 1]);
                    double most = nanos <= 30_000_000_000L ? base : Math.max(base, 2);
                    assertThat(upper).isBetween(nanos / 1e9, nanos / 1e9 * most * (1 + 1e-12));
                }
            }
        }
    }

    private static int[] told(NativeHistogramLayout buckets) {
        return buckets.indexes();
    }
}
