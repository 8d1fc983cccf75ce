package dev.percpu.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/**
 * Compares this registry and Micrometer's after random sequences of operations, family by family. The first sequences are the same in each
 * run. New ones follow until the time is over. A failure message contains the seed of its sequence; {@code -Dpercpu.parity.seed=SEED} runs
 * that sequence alone.
 */
class RandomParityTest {
    private static final String SEED = "percpu.parity.seed";
    private static final Duration RUN_TIME = Duration.ofSeconds(Integer.getInteger("test.parity.seconds", 8));

    /** Seeds of sequences in which each listed difference occurs at least once. */
    private static final long[] FIXED_SEEDS = {15, 16, 24, -5399642613718553677L, -5309821469016400331L};

    @Test
    void shouldDifferOnlyAsListed() throws IOException {
        Differences differences = Differences.listed();
        Long seed = Long.getLong(SEED);
        if (seed != null) {
            run(seed, differences);
            return;
        }
        long end = System.nanoTime() + RUN_TIME.toNanos();
        for (long fixed : FIXED_SEEDS) {
            run(fixed, differences);
        }
        assertThat(differences.missing())
                .as("listed in %s, but never found", Differences.TABLE)
                .isEmpty();
        while (System.nanoTime() < end) {
            run(ThreadLocalRandom.current().nextLong(), differences);
        }
    }

    private static void run(long seed, Differences differences) throws IOException {
        try (RandomSequence sequence = new RandomSequence(seed, differences)) {
            try {
                sequence.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "-D" + SEED + "=" + seed + " after\n" + sequence.log() + "\n" + e.getMessage(), e);
            }
        }
    }
}
