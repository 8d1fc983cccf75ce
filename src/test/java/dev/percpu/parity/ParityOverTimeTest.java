package dev.percpu.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares how maxima and percentiles age in both registries. Both are scraped each time before their clocks advance. */
class ParityOverTimeTest {
    private static final Duration STEP = PrometheusConfig.DEFAULT.step();

    private final Peers peers = new Peers();

    @AfterEach
    void close() {
        peers.close();
    }

    @Test
    void shouldDropAMaximumAfterThreeSteps() {
        peers.doing(registry -> registry.timer("t").record(Duration.ofSeconds(9)));
        for (int step = 0; step < 5; step++) {
            peers.assertEqualScrapes();
            peers.pass(STEP);
        }
        assertThat(peers.perCpu.scrape()).contains("t_seconds_max 0.0");
    }

    @Test
    void shouldDropPercentilesAfterOneStep() {
        peers.doing(registry ->
                Timer.builder("t").publishPercentiles(0.5).register(registry).record(Duration.ofSeconds(9)));
        for (int window = 0; window < 5; window++) {
            peers.assertEqualScrapes();
            peers.pass(STEP.dividedBy(3));
        }
        assertThat(peers.perCpu.scrape()).contains("t_seconds{quantile=\"0.5\"} 0.0");
    }

    @Test
    void shouldExposeNewMaximaAfterIdling() {
        peers.doing(registry -> {
            registry.timer("t").record(Duration.ofSeconds(9));
            registry.summary("s").record(9);
        });
        peers.pass(STEP.multipliedBy(100));
        peers.assertEqualScrapes();
        peers.doing(registry -> {
            registry.timer("t").record(Duration.ofSeconds(1));
            registry.summary("s").record(1);
        });
        peers.assertEqualScrapes();
        assertThat(peers.perCpu.scrape()).contains("t_seconds_max 1.0", "s_max 1.0");
    }

    /** Micrometer resets percentiles at each read after a long pause (micrometer#7754). This registry does not. */
    @Test
    void shouldExposePercentilesAfterIdling() {
        peers.doing(ParityOverTimeTest::percentiles);
        peers.pass(STEP.multipliedBy(100));
        peers.perCpu.scrape();

        percentiles(peers.perCpu).record(Duration.ofSeconds(2));

        peers.perCpu.scrape();
        assertThat(peers.perCpu.scrape()).containsPattern("t_seconds\\{quantile=\"0.5\"\\} (1\\.9|2\\.[01])");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void shouldAgeEquallyInRandomOrdersOfRecordsAndPauses(int seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            long amount = 1L + random.nextInt(1_000_000);
            switch (random.nextInt(4)) {
                case 0 -> peers.doing(registry -> percentiles(registry).record(Duration.ofNanos(1_000 * amount)));
                case 1 -> peers.doing(registry -> registry.timer("plain").record(Duration.ofNanos(1_000 * amount)));
                case 2 ->
                    peers.doing(registry -> DistributionSummary.builder("s")
                            .publishPercentiles(0.5, 0.95)
                            .register(registry)
                            .record(amount));
                default -> peers.pass(Duration.ofSeconds(random.nextInt(60)));
            }
            peers.assertEqualScrapes();
        }
    }

    private static Timer percentiles(MeterRegistry registry) {
        return Timer.builder("t").publishPercentiles(0.5, 0.95).register(registry);
    }
}
