package dev.percpu.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** A count is copied from the line before, which may end less than a slot earlier. */
    @ParameterizedTest
    @ValueSource(ints = {-31, -17, -16, -15, -8, -1, 0, 1, 7, 8, 9, 16, 24, 31})
    void shouldCopyWhatOverlapsAsItWasBefore(int distance) {
        byte[] bytes = bytes();
        byte[] expected = bytes.clone();
        int from = Slots.BYTES + 3;
        System.arraycopy(bytes, from, expected, from + distance, Slots.BYTES);

        Slots.copy(bytes, from, bytes, from + distance);

        assertThat(bytes).isEqualTo(expected);
    }
}
