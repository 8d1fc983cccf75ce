package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.binding.ControlCalls;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Compares the numbers of {@link Layout} with the C compiler's, by the names of percpu_layout_names(). */
class LayoutTest {
    private final Map<String, Integer> layout = ControlCalls.layout();

    @Test
    void shouldAgreeOnTheCell() {
        assertThat(layout).containsEntry("cell.bytes", Layout.CELL_BYTES);
        assertThat(layout).containsEntry("cell.first", Layout.FIRST_WORD);
        assertThat(layout).containsEntry("cell.second", Layout.SECOND_WORD);
    }

    @Test
    void shouldAgreeOnTheLimitsOfRegions() {
        assertThat(layout).containsEntry("shard.minStrideShift", Layout.MIN_STRIDE_SHIFT);
        assertThat(layout).containsEntry("shard.maxStrideShift", Layout.MAX_STRIDE_SHIFT);
        assertThat(layout).containsEntry("shard.maxCount", Layout.MAX_SHARDS);
    }

    @Test
    void shouldPlaceOneBucketAfterTheOther() {
        assertThat(Layout.bucketOffset(2)).isEqualTo(2L * Layout.CELL_BYTES);
        assertThat(Layout.groupBytes(3)).isEqualTo(3L * Layout.CELL_BYTES);
        assertThat(Layout.groupBytes(0)).as("a single cell").isEqualTo(Layout.CELL_BYTES);
    }
}
