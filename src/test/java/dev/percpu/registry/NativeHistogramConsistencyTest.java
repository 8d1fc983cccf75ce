package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.histogram.NativeHistogramSchema;
import dev.percpu.settings.Settings;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.JvmCellStore;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Checks every scrape under load: the sum of a native histogram is the sum of exactly the observations in its buckets, and classic buckets
 * beside it count the same observations.
 */
class NativeHistogramConsistencyTest {
    private static final int WRITERS = 4;
    private static final int RECORDS = 50_000;

    /** A quarter of a second in nanoseconds. Multiplied by powers of two it is a bucket bound of every schema. */
    private static final long QUARTER = TimeUnit.SECONDS.toNanos(1) / 4;

    private static final int AMOUNTS = 6;

    @ParameterizedTest
    @CsvSource({"native, true", "native, false", "both, true", "both, false"})
    void shouldBeConsistentUnderLoad(String mode, boolean onJvm) throws Exception {
        PerCpuConfig config = Map.of(Settings.HISTOGRAM_MODE.key(), mode)::get;
        CellStore store = onJvm ? new JvmCellStore() : PerCpuMeterRegistry.openStore(config);
        try (ExecutorService executor = Executors.newFixedThreadPool(WRITERS)) {
            PerCpuMeterRegistry registry =
                    new PerCpuMeterRegistry(config, new PrometheusRegistry(), new MockClock(), null, store);
            Timer timer = Timer.builder("t").publishPercentileHistogram().register(registry);
            DistributionSummary summary = DistributionSummary.builder("s")
                    .publishPercentileHistogram()
                    .register(registry);
            AtomicInteger running = new AtomicInteger(WRITERS);
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(executor.submit(() -> {
                    for (int record = 0; record < RECORDS; record++) {
                        timer.record(QUARTER << record % AMOUNTS, TimeUnit.NANOSECONDS);
                        summary.record(1L << record % AMOUNTS);
                    }
                    return running.decrementAndGet();
                }));
            }
            do {
                check(registry, mode.equals("both"));
            } while (running.get() > 0);
            for (Future<?> writer : writers) {
                writer.get();
            }
            assertThat(check(registry, mode.equals("both"))).isEqualTo(2L * WRITERS * RECORDS);
            registry.close();
        }
    }

    /** Checks one scrape and returns the observations of all meters. */
    private static long check(PerCpuMeterRegistry registry, boolean both) {
        List<HistogramSnapshot> histograms = registry.getPrometheusRegistry().scrape().stream()
                .filter(HistogramSnapshot.class::isInstance)
                .map(HistogramSnapshot.class::cast)
                .toList();
        assertThat(histograms).hasSize(2);
        long observations = 0;
        for (HistogramSnapshot histogram : histograms) {
            HistogramDataPointSnapshot point = histogram.getDataPoints().getFirst();
            double first = histogram.getMetadata().getName().equals("s") ? 1 : 0.25;
            NativeHistogramBuckets buckets = point.getNativeBucketsForPositiveValues();
            double sum = 0;
            for (int i = 0; i < buckets.size(); i++) {
                sum += buckets.getCount(i)
                        * NativeHistogramSchema.upper(point.getNativeSchema(), buckets.getBucketIndex(i));
            }
            assertThat(point.getSum()).isEqualTo(sum);
            assertThat(point.getNativeZeroCount()).isZero();
            assertThat(buckets.size()).isLessThanOrEqualTo(AMOUNTS);
            if (buckets.size() > 0) {
                assertThat(NativeHistogramSchema.upper(point.getNativeSchema(), buckets.getBucketIndex(0)))
                        .isEqualTo(first);
            }
            assertThat(point.hasClassicHistogramData()).isEqualTo(both);
            observations += point.getCount();
        }
        return observations;
    }
}
