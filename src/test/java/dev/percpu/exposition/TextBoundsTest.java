package dev.percpu.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TextBoundsTest {
    private static final int SIZE = 4 * TextBounds.SLOT_BYTES;

    private final Random random = new Random(5);

    private byte[] bytes() {
        byte[] bytes = new byte[SIZE];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void shouldCopyOneSlotAndNoOtherByte() {
        for (int from = 0; from <= SIZE - TextBounds.SLOT_BYTES; from++) {
            byte[] source = bytes();
            byte[] target = bytes();
            byte[] expected = target.clone();
            int to = SIZE - TextBounds.SLOT_BYTES - from;
            System.arraycopy(source, from, expected, to, TextBounds.SLOT_BYTES);

            TextBounds.copySlot(source, from, target, to);

            assertThat(target).as("from %d to %d", from, to).isEqualTo(expected);
        }
    }
}
