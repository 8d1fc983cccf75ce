package dev.percpu.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SlotsTest {
    private static final int SIZE = 4 * Slots.BYTES;

    private final Random random = new Random(5);

    private byte[] bytes() {
        byte[] bytes = new byte[SIZE];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void shouldCopyASlotAndNothingBesides() {
        for (int from = 0; from <= SIZE - Slots.BYTES; from++) {
            byte[] source = bytes();
            byte[] target = bytes();
            byte[] expected = target.clone();
            int to = SIZE - Slots.BYTES - from;
            System.arraycopy(source, from, expected, to, Slots.BYTES);

            Slots.copy(source, from, target, to);

            assertThat(target).as("from %d to %d", from, to).isEqualTo(expected);
        }
    }
}
