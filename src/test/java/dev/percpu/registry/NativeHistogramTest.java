package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.histogram.NativeHistogramSchema;
import dev.percpu.histogram.NativeHistogramSettings;
import dev.percpu.settings.HistogramMode;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.JvmCellStore;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares native histograms with the Prometheus Java client's, on shards and on JVM atomics. */
class NativeHistogramTest {
    /** A mode of native histograms, and the store under test. */
    record Kept(NativeHistogramSettings settings, boolean nativeStore) {}

    static List<Kept> kept() {
        List<Kept> all = new ArrayList<>();
        for (boolean nativeStore : new boolean[] {true, false}) {
            for (HistogramMode mode : new HistogramMode[] {HistogramMode.NATIVE, HistogramMode.BOTH}) {
                NativeHistogramSettings usual = NativeHistogramSettings.DEFAULT.withMode(mode);
                all.add(new Kept(usual, nativeStore));
                all.add(new Kept(usual.withZeroThreshold(0.0015), nativeStore));
                for (int schema = -4; schema <= 8; schema++) {
                    all.add(new Kept(usual.withSchema(schema).withMaxBuckets(2000), nativeStore));
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("kept")
    void shouldCountDurationsInTheClientsBuckets(Kept kept) {
        PerCpuMeterRegistry registry = registry(kept);
        Timer timer = Timer.builder("t").publishPercentileHistogram().register(registry);
        HistogramDataPointSnapshot empty = point(registry, "t_seconds");
        Histogram client = clientLike(empty);
        Random random = new Random(1);

        for (int i = 0; i < 5_000; i++) {
            double bound = NativeHistogramSchema.upper(
                    empty.getNativeSchema(),
                    NativeHistogramSchema.indexOf(empty.getNativeSchema(), between(random, 1e-3, 15)));
            for (long nanos : new long[] {(long) (between(random, 1e-7, 29) * 1e9), (long) (bound * 1e9)}) {
                for (long around = nanos - 1; around <= nanos + 1; around++) {
                    timer.record(around, TimeUnit.NANOSECONDS);
                    client.observe(around / 1e9);
                }
            }
        }

        shouldCountTheSame(point(registry, "t_seconds"), client);
        registry.close();
    }

    @ParameterizedTest
    @MethodSource("kept")
    void shouldCountAmountsInTheClientsBuckets(Kept kept) {
        PerCpuMeterRegistry registry = registry(kept);
        DistributionSummary summary = DistributionSummary.builder("s")
                .publishPercentileHistogram()
                .minimumExpectedValue(0.01)
                .maximumExpectedValue(200.0)
                .register(registry);
        HistogramDataPointSnapshot empty = point(registry, "s");
        Histogram client = clientLike(empty);
        Random random = new Random(2);

        for (int i = 0; i < 5_000; i++) {
            double bound = NativeHistogramSchema.upper(
                    empty.getNativeSchema(),
                    NativeHistogramSchema.indexOf(empty.getNativeSchema(), between(random, 1e-2, 100)));
            for (double amount : new double[] {between(random, 1e-9, 200), bound}) {
                for (double around : new double[] {Math.nextDown(amount), amount, Math.nextUp(amount)}) {
                    summary.record(around);
                    client.observe(around);
                }
            }
        }
        summary.record(0);
        client.observe(0);
        summary.record(Double.POSITIVE_INFINITY);
        client.observe(Double.POSITIVE_INFINITY);

        shouldCountTheSame(point(registry, "s"), client);
        registry.close();
    }

    private static PerCpuMeterRegistry registry(Kept kept) {
        PerCpuConfig config = new PerCpuConfig() {
            @Override
            public String get(String key) {
                return null;
            }

            @Override
            public NativeHistogramSettings nativeHistogram(String meterName) {
                return kept.settings;
            }
        };
        CellStore store =
                kept.nativeStore ? PerCpuMeterRegistry.openStore(PrometheusConfig.DEFAULT) : new JvmCellStore();
        return new PerCpuMeterRegistry(config, new PrometheusRegistry(), new MockClock(), null, store);
    }

    /** Returns a random amount, equally likely in each power of two. */
    private static double between(Random random, double from, double to) {
        return Math.exp(random.nextDouble(Math.log(from), Math.log(to)));
    }

    private static HistogramDataPointSnapshot point(PerCpuMeterRegistry registry, String name) {
        return registry.getPrometheusRegistry().scrape().stream()
                .filter(snapshot -> snapshot.getMetadata().getPrometheusName().equals(name))
                .map(HistogramSnapshot.class::cast)
                .findFirst()
                .orElseThrow()
                .getDataPoints()
                .getFirst();
    }

    private static Histogram clientLike(HistogramDataPointSnapshot ours) {
        return Histogram.builder()
                .name("h")
                .nativeOnly()
                .nativeInitialSchema(ours.getNativeSchema())
                .nativeMinZeroThreshold(ours.getNativeZeroThreshold())
                .nativeMaxZeroThreshold(ours.getNativeZeroThreshold())
                .nativeMaxNumberOfBuckets(0)
                .build();
    }

    private static void shouldCountTheSame(HistogramDataPointSnapshot ours, Histogram client) {
        HistogramDataPointSnapshot theirs = client.collect().getDataPoints().getFirst();

        assertThat(buckets(ours)).isEqualTo(buckets(theirs));
        assertThat(ours.getNativeZeroCount()).isEqualTo(theirs.getNativeZeroCount());
        assertThat(ours.getNativeZeroThreshold()).isEqualTo(theirs.getNativeZeroThreshold());
        assertThat(ours.getCount()).isEqualTo(theirs.getCount());
        assertThat(ours.getSum() / theirs.getSum())
                .satisfiesAnyOf(
                        ratio -> assertThat(ratio).isBetween(1 - 1e-9, 1 + 1e-9),
                        ratio -> assertThat(ratio).isNaN());
    }

    private static Map<Integer, Long> buckets(HistogramDataPointSnapshot point) {
        NativeHistogramBuckets buckets = point.getNativeBucketsForPositiveValues();
        Map<Integer, Long> counts = new TreeMap<>();
        for (int i = 0; i < buckets.size(); i++) {
            counts.put(buckets.getBucketIndex(i), buckets.getCount(i));
        }
        return counts;
    }
}
