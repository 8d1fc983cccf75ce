package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.parity.Peers;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.JvmCellStore;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleConsumer;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/**
 * Checks that every scrape under load is consistent, in every format: count = sum of the buckets = +Inf, and the sum is the sum of exactly
 * these observations. Each bucket receives one amount only, so that the expected sum follows from the buckets, to the last bit.
 */
class ConsistencyTest {
    private static final int WRITERS = 2;
    private static final int SERIES = 12;

    /** Lines to scrape under load, in all. */
    private static final long LINES = Long.getLong("test.consistency.lines", 1_050_000);

    /** 2^-9 seconds are a whole number of nanoseconds: sums of multiples are exact in seconds and in nanoseconds. */
    private static final double UNIT = 0x1p-9;

    private static final double[] AMOUNTS =
            DoubleStream.iterate(UNIT, it -> it < 0.5, it -> it * 2).toArray();

    /** The amount for a meter without buckets. */
    private static final double ONE_AMOUNT = 0.25;

    private record Meter(String family, boolean bucketed, DoubleConsumer recorder) {
        void record(int index) {
            recorder.accept(bucketed ? AMOUNTS[index % AMOUNTS.length] : ONE_AMOUNT);
        }
    }

    @Test
    void shouldBeConsistentUnderLoadOnShards() throws Exception {
        shouldBeConsistentUnderLoad(PerCpuMeterRegistry.openStore(PrometheusConfig.DEFAULT), LINES);
    }

    @Test
    void shouldBeConsistentUnderLoadOnTheJvm() throws Exception {
        shouldBeConsistentUnderLoad(new JvmCellStore(), LINES / 10);
    }

    private static void shouldBeConsistentUnderLoad(CellStore store, long lines) throws Exception {
        PerCpuMeterRegistry registry = new PerCpuMeterRegistry(
                PrometheusConfig.DEFAULT, new PrometheusRegistry(), new MockClock(), null, store);
        List<Meter> meters = meters(registry);
        AtomicBoolean stop = new AtomicBoolean();
        List<Future<Long>> writers = new ArrayList<>();
        long[] seen = new long[3];
        try (ExecutorService executor = Executors.newFixedThreadPool(WRITERS)) {
            try {
                for (int i = 0; i < WRITERS; i++) {
                    writers.add(executor.submit(() -> write(meters, stop)));
                }
                for (int scrape = 0; seen[0] + seen[1] + seen[2] < lines; scrape++) {
                    seen[scrape % 3] += check(scrape(registry, scrape % 3), meters, -1);
                }
            } finally {
                stop.set(true);
            }
            long rounds = 0;
            for (Future<Long> writer : writers) {
                rounds += writer.get();
            }
            for (int format = 0; format < 3; format++) {
                assertThat(seen[format]).isGreaterThan(lines / 10);
                check(scrape(registry, format), meters, rounds);
            }
        } finally {
            registry.close();
        }
    }

    /** Returns the number of records of each meter. */
    private static long write(List<Meter> meters, AtomicBoolean stop) {
        long round = 0;
        for (; !stop.get(); round++) {
            for (Meter meter : meters) {
                meter.record((int) (round % AMOUNTS.length));
            }
        }
        return round;
    }

    private static List<Meter> meters(PerCpuMeterRegistry registry) {
        List<Meter> meters = new ArrayList<>();
        double[] objectives = AMOUNTS.clone();
        Duration[] durations = DoubleStream.of(objectives)
                .mapToObj(seconds -> Duration.ofNanos(nanos(seconds)))
                .toArray(Duration[]::new);
        for (int i = 0; i < SERIES; i++) {
            String series = Integer.toString(i);
            meters.add(of("plain_seconds " + series, false, registry.timer("plain", "series", series)));
            meters.add(of("sum " + series, false, registry.summary("sum", "series", series)));
            meters.add(of(
                    "slo_seconds " + series,
                    true,
                    Timer.builder("slo")
                            .tag("series", series)
                            .serviceLevelObjectives(durations)
                            .register(registry)));
            meters.add(of(
                    "slos " + series,
                    true,
                    DistributionSummary.builder("slos")
                            .tag("series", series)
                            .serviceLevelObjectives(objectives)
                            .publishPercentiles(0.5)
                            .register(registry)));
        }
        meters.add(of(
                "histogram_seconds x",
                true,
                Timer.builder("histogram")
                        .tag("series", "x")
                        .publishPercentileHistogram()
                        .register(registry)));
        return meters;
    }

    private static Meter of(String family, boolean bucketed, Timer timer) {
        return new Meter(family, bucketed, seconds -> timer.record(nanos(seconds), TimeUnit.NANOSECONDS));
    }

    private static Meter of(String family, boolean bucketed, DistributionSummary summary) {
        return new Meter(family, bucketed, summary::record);
    }

    private static long nanos(double seconds) {
        return (long) (seconds * 1e9);
    }

    private static ExposedDistribution.Scrape scrape(PerCpuMeterRegistry registry, int format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        registry.scrape(
                out, List.of(Peers.TEXT, Peers.OPEN_METRICS, Peers.PROTOBUF).get(format));
        return format == 2
                ? ExposedDistribution.ofProtobuf(out.toByteArray())
                : ExposedDistribution.ofText(out.toString(StandardCharsets.UTF_8));
    }

    /**
     * Checks one scrape and returns its number of lines.
     *
     * @param rounds records of each meter, -1 while they are unknown
     */
    private static long check(ExposedDistribution.Scrape scrape, List<Meter> meters, long rounds) {
        Map<String, ExposedDistribution> series = scrape.series();
        for (Meter meter : meters) {
            ExposedDistribution exposed = series.get(meter.family());
            double sum = meter.bucketed() ? sumOf(meter, exposed) : exposed.count * ONE_AMOUNT;
            // An assertion per series would cost more than the scrapes.
            if (exposed.sum != sum || rounds >= 0 && exposed.count != rounds) {
                throw new AssertionError(meter.family() + ": sum " + exposed.sum + " should be " + sum
                        + " by the buckets " + exposed.cumulative + " up to " + exposed.bounds + ", count "
                        + exposed.count + " of " + rounds);
            }
        }
        return scrape.lines();
    }

    private static double sumOf(Meter meter, ExposedDistribution exposed) {
        double sum = 0;
        double before = 0;
        int amount = 0;
        for (int i = 0; i < exposed.bounds.size(); i++) {
            double here = exposed.cumulative.get(i) - before;
            before = exposed.cumulative.get(i);
            boolean expected = amount < AMOUNTS.length && AMOUNTS[amount] <= exposed.bounds.get(i);
            if (here < 0 || here > 0 && !expected) {
                throw new AssertionError(meter.family() + ": " + here + " in bucket " + i + " of " + exposed.bounds
                        + ": " + exposed.cumulative);
            }
            sum += expected ? here * AMOUNTS[amount++] : 0;
        }
        if (before != exposed.count
                || exposed.bounds.getLast() != Double.POSITIVE_INFINITY
                || amount < AMOUNTS.length) {
            throw new AssertionError(meter.family() + ": count " + exposed.count + ", +Inf " + before + ", " + amount
                    + " amounts found in " + exposed.bounds);
        }
        return sum;
    }
}
