package dev.percpu.ingest.otlp;

import static dev.percpu.ingest.otlp.Points.CUMULATIVE;
import static dev.percpu.ingest.otlp.Points.DELTA;
import static dev.percpu.ingest.otlp.Points.exponential;
import static dev.percpu.ingest.otlp.Points.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.settings.OtlpNames;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Exponential histograms in cells of native histograms. The receiver starts at second 1,000. */
class ExponentialHistogramTest {
    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry();
    private final OtlpReceiver receiver = new OtlpReceiver(
            registry, new OtlpSettings(OtlpNames.UTF8, List.of(), 100, Duration.ofMinutes(10)), () -> 1_000_000);

    @AfterEach
    void close() {
        registry.close();
    }

    private void accept(ExponentialHistogramDataPoint.Builder... points) {
        accept(exponential("size", DELTA, points));
    }

    private void accept(Metric metric) {
        assertThat(receiver.receive(request(metric)).hasPartialSuccess()).isFalse();
    }

    private HistogramDataPointSnapshot exposed() {
        return registry.getPrometheusRegistry().scrape().stream()
                .filter(HistogramSnapshot.class::isInstance)
                .map(HistogramSnapshot.class::cast)
                .flatMap(histogram -> histogram.getDataPoints().stream())
                .findFirst()
                .orElseThrow();
    }

    /** Returns the counts of the positive buckets by index. */
    private static Map<Integer, Long> buckets(HistogramDataPointSnapshot point) {
        Map<Integer, Long> counts = new TreeMap<>();
        NativeHistogramBuckets buckets = point.getNativeBucketsForPositiveValues();
        for (int i = 0; i < buckets.size(); i++) {
            counts.put(buckets.getBucketIndex(i), buckets.getCount(i));
        }
        return counts;
    }

    @Test
    void shouldKeepBucketsOfASchemaOfPrometheus() {
        accept(exponential(3, 8, new long[] {1, 0, 3}, 10, 1001, 1002)
                .setZeroCount(2)
                .setCount(6));

        HistogramDataPointSnapshot point = exposed();
        assertThat(point.getNativeSchema()).isEqualTo(3);
        // The protocol numbers a bucket by its lower bound, Prometheus by its upper one.
        assertThat(buckets(point)).containsExactlyEntriesOf(new TreeMap<>(Map.of(9, 1L, 11, 3L)));
        assertThat(point.getNativeZeroCount()).isEqualTo(2);
        assertThat(point.getCount()).isEqualTo(6);
        assertThat(point.getSum()).isEqualTo(10);
    }

    @Test
    void shouldReduceTheScale() {
        // 2^(1/2^10): buckets 1,023 and 1,024 are (.., 2] and (2, ..].
        accept(exponential(10, 1023, new long[] {5, 7}, 24, 1001, 1002));

        HistogramDataPointSnapshot point = exposed();
        assertThat(point.getNativeSchema()).isEqualTo(4);
        assertThat(buckets(point)).containsExactlyEntriesOf(new TreeMap<>(Map.of(16, 5L, 17, 7L)));
    }

    @Test
    void shouldReduceTheSchemaForCoarserPoints() {
        accept(exponential(3, 8, new long[] {1, 2, 3, 4}, 20, 1001, 1002)); // (2, 2.83]
        accept(exponential(0, 1, new long[] {10}, 30, 1002, 1003)); // (2, 4]

        HistogramDataPointSnapshot point = exposed();
        assertThat(point.getNativeSchema()).isZero();
        assertThat(buckets(point)).containsExactlyEntriesOf(new TreeMap<>(Map.of(2, 20L)));
        assertThat(point.getSum()).isEqualTo(50);
    }

    @Test
    void shouldKeepTheZeroThreshold() {
        accept(exponential(0, 0, new long[] {1, 1}, 4, 1001, 1002)
                .setZeroThreshold(0.5)
                .setZeroCount(3)
                .setCount(5));

        HistogramDataPointSnapshot point = exposed();
        assertThat(point.getNativeZeroThreshold()).isEqualTo(0.5);
        assertThat(point.getNativeZeroCount()).isEqualTo(3);

        accept(exponential(0, 2, new long[] {1}, 5, 1002, 1003)
                .setZeroThreshold(2)
                .setZeroCount(4)
                .setCount(5));

        point = exposed();
        assertThat(point.getNativeZeroThreshold()).isEqualTo(2);
        assertThat(point.getNativeZeroCount()).isEqualTo(8);
        assertThat(buckets(point)).containsExactlyEntriesOf(new TreeMap<>(Map.of(2, 1L, 3, 1L)));
        assertThat(point.getCount()).isEqualTo(10);
    }

    @Test
    void shouldAddAmountsOutsideOfTheCells() {
        accept(exponential(3, 8, new long[] {1}, 2, 1001, 1002));
        accept(exponential(3, -8_000, new long[] {2}, 0, 1002, 1003));
        accept(exponential(3, 8_100, new long[] {4}, 1e300, 1003, 1004));

        HistogramDataPointSnapshot point = exposed();
        assertThat(point.getCount()).isEqualTo(7);
        assertThat(point.getNativeZeroCount()).isEqualTo(2);
        assertThat(point.getSum()).isEqualTo(1e300);
    }

    @Test
    void shouldAddDifferencesOfCumulativePoints() {
        accept(exponential("size", CUMULATIVE, exponential(3, 8, new long[] {1, 2, 3, 4}, 20, 900, 1002)));
        assertThat(registry.scrape()).contains("size_count{job=\"shop\"} 0");
        accept(exponential("size", CUMULATIVE, exponential(3, 7, new long[] {1, 1, 2, 4, 4}, 25, 900, 1003)));
        accept(exponential("size", CUMULATIVE, exponential(2, 3, new long[] {1, 3, 9}, 28, 900, 1004)));

        HistogramDataPointSnapshot point = exposed();
        assertThat(point.getNativeSchema()).isEqualTo(2);
        assertThat(buckets(point)).containsExactlyEntriesOf(new TreeMap<>(Map.of(4, 1L, 6, 2L)));
        assertThat(point.getSum()).isEqualTo(8);

        // Fewer in one bucket: a reset.
        accept(exponential("size", CUMULATIVE, exponential(2, 3, new long[] {1, 2, 9}, 28, 900, 1005)));

        assertThat(exposed().getCount()).isEqualTo(15);
    }

    @Test
    void shouldCountEveryAmountOnce() {
        Random random = new Random(1);
        long count = 0;
        double sum = 0;
        for (int i = 0; i < 2_000; i++) {
            long[] counts = random.longs(random.nextInt(60), 0, 5).toArray();
            int zeros = random.nextInt(3);
            var point =
                    exponential(random.nextInt(-11, 21), random.nextInt(-1_000, 1_000), counts, 0, 1001 + i, 1002 + i);
            long points = point.getCount() + zeros;
            double pointSum = points == 0 ? 0 : random.nextInt(10_000);
            accept(point.setZeroCount(zeros)
                    .setCount(points)
                    .setSum(pointSum)
                    .setZeroThreshold(random.nextInt(4) == 0 ? random.nextDouble() * 1e-3 : 0));
            count += points;
            sum += pointSum;
        }

        HistogramDataPointSnapshot point = exposed();
        assertThat(point.getCount()).isEqualTo(count);
        assertThat(point.getSum()).isEqualTo(sum);
        assertThat(point.getNativeSchema()).isEqualTo(-4);
    }

    @Test
    void shouldRejectNegativeBucketsAndWrongCounts() {
        var negative = exponential(0, 0, new long[] {1}, 1, 1001, 1002);
        negative.getNegativeBuilder().addBucketCounts(1);
        var wrong = exponential(0, 0, new long[] {1}, 1, 1001, 1002).setCount(2);
        var fine = exponential(21, 0, new long[] {1}, 1, 1001, 1002);
        var threshold = exponential(0, 0, new long[] {1}, 1, 1001, 1002).setZeroThreshold(Double.NaN);

        var answer = receiver.receive(request(exponential("size", DELTA, negative, wrong, fine, threshold)));

        assertThat(answer.getPartialSuccess().getRejectedDataPoints()).isEqualTo(4);
        assertThat(receiver.streams()).isZero();
    }
}
