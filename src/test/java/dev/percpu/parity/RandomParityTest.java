package dev.percpu.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/**
 * Random sequences of operations on our registry and on Micrometer's, on clocks that move, compared family by family: first sequences that
 * are always the same, then new ones until the time is up. A failure names its seed; {@code -Dpercpu.parity.seed=SEED} runs that one alone.
 */
class RandomParityTest {
    private static final String SEED = "percpu.parity.seed";
    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("percpu.parity.seconds", 8));

    /** Of these together each listed difference occurs in one at least. */
    private static final long[] TELLING = {15, 16, 24, -5399642613718553677L, -5309821469016400331L};

    @Test
    void shouldDifferOnlyWhereThatIsIntended() throws IOException {
        Differences differences = Differences.listed();
        Long seed = Long.getLong(SEED);
        if (seed != null) {
            run(seed, differences);
            return;
        }
        long end = System.nanoTime() + TIME.toNanos();
        for (long telling : TELLING) {
            run(telling, differences);
        }
        assertThat(differences.unseen())
                .as("listed in %s, but never seen", Differences.TABLE)
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
