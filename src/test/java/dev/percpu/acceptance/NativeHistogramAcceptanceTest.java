package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.percpu.acceptance.PrometheusServer.Sample;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.settings.Settings;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records known amounts to native histograms, and compares what a real Prometheus computes from their scrapes. */
@Tag("acceptance")
@Timeout(180)
class NativeHistogramAcceptanceTest {

    private static final int AMOUNTS = 200_000;
    private static final int THREADS = 4;

    /** The ratio of a bucket's upper and lower bound, in schema 3: that of a timer with the default range. */
    private static final double TIMER_BASE = Math.pow(2, 1.0 / 8);

    /** The same ratio in schema 2: that of a summary with the default range. */
    private static final double SUMMARY_BASE = Math.pow(2, 1.0 / 4);

    private static final double[] QUANTILES = {0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999};

    @TempDir
    private Path directory;

    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry(
            Map.of(Settings.HISTOGRAM_MODE.key(), "native", Settings.HISTOGRAM_MODE.key() + ".both", "both")::get);

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void shouldExposeQuantilesWithinOneBucketToPrometheus() throws IOException, InterruptedException {
        // around 80 ms, with a long tail: 30 us to half a minute
        long[] nanos = amounts(1, random -> (long) (8e7 * Math.exp(1.2 * random.nextGaussian())));
        long[] bytes = amounts(2, random -> (long) (5_000 * Math.exp(2 * random.nextGaussian())) + 2);
        Timer timer = Timer.builder("took").publishPercentileHistogram().register(registry);
        Timer both = Timer.builder("both").publishPercentileHistogram().register(registry);
        DistributionSummary summary =
                DistributionSummary.builder("size").publishPercentileHistogram().register(registry);
        recordAll(nanos, amount -> {
            timer.record(amount, TimeUnit.NANOSECONDS);
            both.record(amount, TimeUnit.NANOSECONDS);
        });
        recordAll(bytes, summary::record);

        try (RegistryServer server = new RegistryServer(registry);
                PrometheusServer prometheus = prometheus(server)) {
            prometheus.awaitScrapeAfter(Instant.now());

            assertQuantiles(prometheus, "took_seconds", nanos, 1e-9, TIMER_BASE);
            assertQuantiles(prometheus, "both_seconds", nanos, 1e-9, TIMER_BASE);
            assertQuantiles(prometheus, "size", bytes, 1, SUMMARY_BASE);
            assertThat(one(prometheus, "histogram_count(took_seconds)")).isEqualTo(AMOUNTS);
            assertThat(one(prometheus, "histogram_count(both_seconds)")).isEqualTo(AMOUNTS);
            assertThat(one(prometheus, "histogram_sum(size)"))
                    .isEqualTo(LongStream.of(bytes).sum());
            assertThat(prometheus.query("{__name__=~\".+_bucket\"}"))
                    .as("classic buckets, which this Prometheus does not ingest from a native histogram")
                    .isEmpty();
            assertThat(prometheus.output()).doesNotContain("Error on ingesting", "invalid");
        }
    }

    @Test
    void shouldSumOverRatesAndSeries() throws IOException, InterruptedException {
        long[] before = amounts(3, random -> random.nextLong(1_000_000_000));
        long[] first = amounts(4, random -> 2_000_000 + random.nextLong(100_000_000));
        long[] second = amounts(5, random -> 50_000_000 + random.nextLong(5_000_000_000L));
        Timer here = timer("here");
        Timer there = timer("there");
        // A histogram counts the records, because Prometheus extrapolates rates of counters differently.
        DistributionSummary records = DistributionSummary.builder("records")
                .publishPercentileHistogram()
                .register(registry);
        recordAll(before, recordInto(here, records));
        recordAll(before, recordInto(there, records));

        try (RegistryServer server = new RegistryServer(registry);
                PrometheusServer prometheus = prometheus(server)) {
            prometheus.awaitScrapeAfter(Instant.now());
            recordAll(first, recordInto(here, records));
            recordAll(second, recordInto(there, records));
            prometheus.awaitScrapeAfter(Instant.now());

            long[] recent = LongStream.concat(LongStream.of(first), LongStream.of(second))
                    .toArray();
            double mean = LongStream.of(recent).average().orElseThrow() * 1e-9;
            String rate = "sum(rate(took_seconds[2m]))";
            assertQuantiles(prometheus, rate, recent, 1e-9, TIMER_BASE);
            assertThat(one(prometheus, "histogram_sum(" + rate + ") / histogram_count(" + rate + ")"))
                    .isCloseTo(mean, within(mean * 1e-9));
            assertThat(one(prometheus, "histogram_count(" + rate + ") / histogram_sum(sum(rate(records[2m])))"))
                    .isCloseTo(1, within(1e-9));
        }
    }

    @Test
    void shouldBeValidInTheTextFormats() throws IOException, InterruptedException {
        Timer.builder("took")
                .description("how long it took")
                .publishPercentileHistogram()
                .register(registry)
                .record(20, TimeUnit.MILLISECONDS);

        String text = registry.scrape();
        assertThat(text).contains("took_seconds_bucket{le=\"+Inf\"} 1").doesNotContain("le=\"0.");
        assertThat(Promtool.checkMetrics(directory, text.replaceAll("(?m)^.*took_seconds_max.*\\R", "")))
                .isEmpty();
        assertThat(ScrapeText.duplicates(text)).isEmpty();
        assertThat(registry.scrape("application/openmetrics-text; version=1.0.0"))
                .contains("took_seconds_bucket{le=\"+Inf\"} 1\ntook_seconds_count 1\ntook_seconds_sum 0.02\n")
                .endsWith("# EOF\n");
    }

    private PrometheusServer prometheus(RegistryServer server) throws IOException, InterruptedException {
        return PrometheusServer.start(directory, server.address(), "--enable-feature=native-histograms");
    }

    private Timer timer(String where) {
        return Timer.builder("took")
                .tag("where", where)
                .publishPercentileHistogram()
                .register(registry);
    }

    private static LongConsumer recordInto(Timer timer, DistributionSummary records) {
        return amount -> {
            timer.record(amount, TimeUnit.NANOSECONDS);
            records.record(1);
        };
    }

    private interface Distribution {
        long next(Random random);
    }

    private static long[] amounts(long seed, Distribution distribution) {
        Random random = new Random(seed);
        return LongStream.generate(() -> distribution.next(random))
                .limit(AMOUNTS)
                .toArray();
    }

    /** Records from several threads, so that several CPUs record. */
    private static void recordAll(long[] amounts, LongConsumer meter) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int first = i;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int next = first; next < amounts.length; next += THREADS) {
                    meter.accept(amounts[next]);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /**
     * Compares the quantiles that Prometheus computes with the quantiles of the recorded amounts.
     *
     * @param histogram expression in PromQL
     * @param unit unit of the amounts, as a multiple of the histogram's unit
     * @param base ratio of the bounds of a bucket
     */
    private static void assertQuantiles(
            PrometheusServer prometheus, String histogram, long[] amounts, double unit, double base)
            throws IOException, InterruptedException {
        long[] sorted = LongStream.of(amounts).sorted().toArray();
        for (double quantile : QUANTILES) {
            double exact = sorted[(int) Math.ceil(quantile * sorted.length) - 1] * unit;
            assertThat(one(prometheus, "histogram_quantile(" + quantile + ", " + histogram + ")"))
                    .as("quantile %s of %s", quantile, histogram)
                    .isBetween(exact / base, exact * base);
        }
    }

    private static double one(PrometheusServer prometheus, String expression) throws IOException, InterruptedException {
        List<Sample> samples = prometheus.query(expression);
        assertThat(samples).as(expression).hasSize(1);
        return samples.getFirst().value();
    }
}
