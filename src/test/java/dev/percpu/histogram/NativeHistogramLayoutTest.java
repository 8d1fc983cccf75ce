package dev.percpu.histogram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.settings.HistogramMode;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeHistogramLayoutTest {
    private static final NativeHistogramSettings DEFAULT_NATIVE =
            NativeHistogramSettings.DEFAULT.withMode(HistogramMode.NATIVE);

    @Test
    void shouldCoverThirtyMicrosecondsToThirtyTwoSecondsByDefault() {
        NativeHistogramLayout layout = NativeHistogramLayout.ofNanos(DEFAULT_NATIVE, 1e6, 30e9);

        assertThat(layout.schema()).isEqualTo(3);
        assertThat(layout.zeroThreshold()).isEqualTo(0x1p-15);
        assertThat(layout.indexes()[0]).isEqualTo(-119);
        assertThat(layout.indexes()[159]).isEqualTo(40); // up to 32 s
        assertThat(Arrays.copyOfRange(layout.indexes(), 160, layout.indexes().length))
                .startsWith(48, 56, 64) // 64 s, 128 s, 256 s
                .endsWith(34 * 8) // the longest duration is 2^33.1 s
                .hasSize(29);
    }

    @Test
    void shouldUseTheFinestSchemaWithinTheBucketLimit() {
        assertThat(NativeHistogramLayout.ofNanos(DEFAULT_NATIVE, 100e6, 1e9).schema())
                .isEqualTo(5);
        assertThat(NativeHistogramLayout.ofNanos(DEFAULT_NATIVE, 10e6, 1e9).schema())
                .isEqualTo(4);
        assertThat(NativeHistogramLayout.ofNanos(DEFAULT_NATIVE.withMaxBuckets(480), 1e6, 30e9)
                        .schema())
                .isEqualTo(5);
        assertThat(NativeHistogramLayout.ofNanos(DEFAULT_NATIVE.withMaxBuckets(10), 1e6, 30e9)
                        .schema())
                .isEqualTo(-1);
        assertThat(NativeHistogramLayout.ofNanos(DEFAULT_NATIVE.withSchema(1), 100e6, 1e9)
                        .schema())
                .isEqualTo(1);
        assertThat(NativeHistogramLayout.ofAmounts(DEFAULT_NATIVE, 1, Double.POSITIVE_INFINITY)
                        .schema())
                .isEqualTo(2);
        assertThat(NativeHistogramLayout.ofAmounts(DEFAULT_NATIVE, Double.MIN_VALUE, Double.MAX_VALUE)
                        .schema())
                .isEqualTo(-4);
    }

    @Test
    void shouldStartAtAConfiguredThresholdAndExtendUpwards() {
        NativeHistogramLayout layout =
                NativeHistogramLayout.ofNanos(DEFAULT_NATIVE.withZeroThreshold(0.0011), 1e6, 30e9);

        assertThat(layout.zeroThreshold()).isEqualTo(0.0011);
        assertThat(layout.cells().longs()[0]).isEqualTo(1_100_000);
        assertThat(NativeHistogramSchema.upper(3, layout.indexes()[0])).isBetween(0.0011, 0.0011 * 1.09);
        assertThat(layout.indexes()[159]).isEqualTo(layout.indexes()[0] + 159);
    }

    @Test
    void shouldOmitBucketsWithoutAWholeNanosecond() {
        NativeHistogramLayout layout =
                NativeHistogramLayout.ofNanos(DEFAULT_NATIVE.withSchema(8).withMaxBuckets(2000), 2, 20);

        assertThat(layout.cells().longs()).startsWith(0, 1, 2, 3, 4);
        assertThat(layout.indexes()[1]).isEqualTo(NativeHistogramSchema.indexOf(8, 2e-9));
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
    void shouldStayValidForAnyExpectedAmounts(double min, double max) {
        for (int schema = -4; schema <= 8; schema++) {
            for (int maxBuckets : new int[] {10, 160, 2000}) {
                NativeHistogramSettings settings =
                        DEFAULT_NATIVE.withSchema(schema).withMaxBuckets(maxBuckets);
                assertValid(NativeHistogramLayout.ofNanos(settings, min, max), maxBuckets);
                assertValid(NativeHistogramLayout.ofAmounts(settings, min, max), maxBuckets);
                for (double threshold : new double[] {Double.MIN_VALUE, 1e-9, 1, 1e12, Double.MAX_VALUE}) {
                    NativeHistogramSettings fixed = settings.withZeroThreshold(threshold);
                    assertValid(NativeHistogramLayout.ofNanos(fixed, min, max), maxBuckets);
                    assertValid(NativeHistogramLayout.ofAmounts(fixed, min, max), maxBuckets);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"5, 2000", "8, 2000", "3, 500", "0, 160", "5, 160"})
    void shouldKeep32PowersOfTwoAboveTheExpectedAmountsOfASummary(int schema, int maxBuckets) {
        NativeHistogramSettings settings = DEFAULT_NATIVE.withSchema(schema).withMaxBuckets(maxBuckets);

        for (NativeHistogramSettings each : List.of(settings, settings.withZeroThreshold(0.5))) {
            double[] cells =
                    NativeHistogramLayout.ofAmounts(each, 1, 1_000).cells().doubles();

            assertThat(cells[cells.length - 1]).as("%s", each).isGreaterThanOrEqualTo(1_024 * 0x1p32);
        }
    }

    private static void assertValid(NativeHistogramLayout layout, int maxBuckets) {
        assertThat(layout.cells().buckets()).isBetween(2, maxBuckets + 66);
        assertThat(layout.indexes())
                .hasSize(layout.cells().buckets() - 1)
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(layout.zeroThreshold()).isPositive().isFinite();
    }

    @Test
    void shouldExposeAmountsNotTooSmallAndAtMostOneBucketOrPowerOfTwoTooLarge() {
        Random random = new Random(1);
        for (int schema = -4; schema <= 8; schema++) {
            NativeHistogramLayout layout = NativeHistogramLayout.ofNanos(
                    DEFAULT_NATIVE.withSchema(schema).withMaxBuckets(1000), 1e6, 30e9);
            long[] bounds = layout.cells().longs();
            double base = Math.pow(2, Math.pow(2, -layout.schema()));
            for (int i = 0; i < 10_000; i++) {
                long nanos = random.nextLong() >>> random.nextInt(1, 64);
                int cell = Arrays.binarySearch(bounds, nanos);
                cell = cell >= 0 ? cell : -cell - 1;
                if (cell == 0) {
                    assertThat(nanos / 1e9).isLessThanOrEqualTo(layout.zeroThreshold());
                } else {
                    double upper = NativeHistogramSchema.upper(layout.schema(), layout.indexes()[cell - 1]);
                    double maxRatio = nanos <= 30_000_000_000L ? base : Math.max(base, 2);
                    assertThat(upper).isBetween(nanos / 1e9, nanos / 1e9 * maxRatio * (1 + 1e-12));
                }
            }
        }
    }
}
