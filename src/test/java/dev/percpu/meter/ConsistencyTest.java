package dev.percpu.meter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.shard.CellStore;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every scrape under load has, for each timer and summary, count = +Inf bucket and a sum of exactly that many observations. */
class ConsistencyTest {
    private static final int WRITERS = 4;
    private static final int RECORDS = Integer.getInteger("percpu.stress.records", 200_000);

    /** In nanoseconds: exact as seconds in a double, and so are all its multiples here. */
    private static final long QUARTER = TimeUnit.SECONDS.toNanos(1) / 4;

    private PerCpuMeterRegistry registry = open(CellStore.onJvm());

    private static PerCpuMeterRegistry open(CellStore store) {
        return new PerCpuMeterRegistry(
                PrometheusConfig.DEFAULT, new PrometheusRegistry(), new MockClock(), null, store);
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldAgreeWithItselfUnderLoad(boolean onJvm) throws Exception {
        if (!onJvm) {
            registry = open(Cells.open(PrometheusConfig.DEFAULT));
        }
        Timer plain = registry.timer("plain");
        Timer histogram =
                Timer.builder("histogram").publishPercentileHistogram().register(registry);
        Timer objectives = Timer.builder("slo")
                .serviceLevelObjectives(Duration.ofMillis(250), Duration.ofSeconds(1))
                .publishPercentiles(0.5)
                .register(registry);
        DistributionSummary summary = DistributionSummary.builder("summary")
                .serviceLevelObjectives(0.25, 10)
                .register(registry);
        AtomicInteger running = new AtomicInteger(WRITERS);
        try (ExecutorService executor = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(executor.submit(() -> {
                    for (int record = 0; record < RECORDS; record++) {
                        plain.record(QUARTER, TimeUnit.NANOSECONDS);
                        histogram.record(QUARTER, TimeUnit.NANOSECONDS);
                        objectives.record(QUARTER, TimeUnit.NANOSECONDS);
                        summary.record(0.25);
                    }
                    return running.decrementAndGet();
                }));
            }
            do {
                check(registry.scrape());
            } while (running.get() > 0);
            for (Future<?> writer : writers) {
                writer.get();
            }
        }
        assertThat(check(registry.scrape())).isEqualTo(4L * WRITERS * RECORDS);
    }

    /** Returns the observations of all meters. */
    private static long check(String scrape) {
        Map<String, Double> values = new HashMap<>();
        scrape.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            values.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
        });
        double all = 0;
        for (String name : List.of("plain_seconds", "histogram_seconds", "slo_seconds", "summary")) {
            double count = values.get(name + "_count");
            assertThat(values).containsEntry(name + "_sum", count / 4);
            if (!name.equals("plain_seconds")) {
                assertThat(values).containsEntry(name + "_bucket{le=\"+Inf\"}", count);
            }
            if (name.equals("slo_seconds") || name.equals("summary")) {
                assertThat(values).containsEntry(name + "_bucket{le=\"0.25\"}", count);
            }
            all += count;
        }
        return (long) all;
    }
}
