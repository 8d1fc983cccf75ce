package dev.percpu.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FixedWidthCopyTest {
    private static final int SIZE = 4 * FixedWidthCopy.BYTES;

    private final Random random = new Random(5);

    private byte[] bytes() {
        byte[] bytes = new byte[SIZE];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void shouldCopyOneSlotAndNoOtherByte() {
        for (int from = 0; from <= SIZE - FixedWidthCopy.BYTES; from++) {
            byte[] source = bytes();
            byte[] target = bytes();
            byte[] expected = target.clone();
            int to = SIZE - FixedWidthCopy.BYTES - from;
            System.arraycopy(source, from, expected, to, FixedWidthCopy.BYTES);

            FixedWidthCopy.copy(source, from, target, to);

            assertThat(target).as("from %d to %d", from, to).isEqualTo(expected);
        }
    }
}
