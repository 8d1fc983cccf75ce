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

/** Maxima and percentiles age as Micrometer's do, on clocks that move and are read before they do. */
class ParityOverTimeTest {
    private static final Duration STEP = PrometheusConfig.DEFAULT.step();

    private final Peers peers = new Peers();

    @AfterEach
    void close() {
        peers.close();
    }

    @Test
    void shouldForgetAMaximumAfterThreeSteps() {
        peers.doing(registry -> registry.timer("t").record(Duration.ofSeconds(9)));
        for (int step = 0; step < 5; step++) {
            peers.shouldBeScrapedAlike();
            peers.pass(STEP);
        }
        assertThat(peers.ours.scrape()).contains("t_seconds_max 0.0");
    }

    @Test
    void shouldForgetPercentilesAfterAStep() {
        peers.doing(registry ->
                Timer.builder("t").publishPercentiles(0.5).register(registry).record(Duration.ofSeconds(9)));
        for (int window = 0; window < 5; window++) {
            peers.shouldBeScrapedAlike();
            peers.pass(STEP.dividedBy(3));
        }
        assertThat(peers.ours.scrape()).contains("t_seconds{quantile=\"0.5\"} 0.0");
    }

    @Test
    void shouldStartAgainAfterIdling() {
        peers.doing(registry -> {
            registry.timer("t").record(Duration.ofSeconds(9));
            registry.summary("s").record(9);
        });
        peers.pass(STEP.multipliedBy(100));
        peers.shouldBeScrapedAlike();
        peers.doing(registry -> {
            registry.timer("t").record(Duration.ofSeconds(1));
            registry.summary("s").record(1);
        });
        peers.shouldBeScrapedAlike();
        assertThat(peers.ours.scrape()).contains("t_seconds_max 1.0", "s_max 1.0");
    }

    /** The peer's percentiles are wiped at every look after a long pause (micrometer#7754): that is not copied. */
    @Test
    void shouldShowPercentilesAfterIdling() {
        peers.doing(ParityOverTimeTest::percentiles);
        peers.pass(STEP.multipliedBy(100));
        peers.ours.scrape();

        percentiles(peers.ours).record(Duration.ofSeconds(2));

        peers.ours.scrape();
        assertThat(peers.ours.scrape()).containsPattern("t_seconds\\{quantile=\"0.5\"\\} (1\\.9|2\\.[01])");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void shouldAgeAlikeInAnyOrderOfRecordsAndPauses(int seed) {
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
            peers.shouldBeScrapedAlike();
        }
    }

    private static Timer percentiles(MeterRegistry registry) {
        return Timer.builder("t").publishPercentiles(0.5, 0.95).register(registry);
    }
}
