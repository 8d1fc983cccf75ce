package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.binding.ControlCalls;
import org.junit.jupiter.api.Test;

/** The numbers that Java mirrors from layout.h, against what the C compiler made of them. The order is that of percpu_layout(). */
class LayoutTest {
    private final int[] layout = ControlCalls.layout();

    @Test
    void shouldAgreeOnTheCell() {
        assertThat(layout[0]).isEqualTo(Layout.CELL_BYTES);
        assertThat(layout[1]).isEqualTo(Layout.FIRST_WORD);
        assertThat(layout[2]).isEqualTo(Layout.SECOND_WORD);
    }

    @Test
    void shouldAgreeOnWhatCanBeReserved() {
        assertThat(layout[6]).isEqualTo(Layout.MIN_STRIDE_SHIFT);
        assertThat(layout[7]).isEqualTo(Layout.MAX_STRIDE_SHIFT);
        assertThat(layout[8]).isEqualTo(Layout.MAX_SHARDS);
    }

    @Test
    void shouldPlaceTheFirstBucketAfterTheMaximum() {
        assertThat(Layout.bucketOffset(0)).isEqualTo(layout[0]);
        assertThat(Layout.groupBytes(3)).isEqualTo(4L * layout[0]);
    }
}
