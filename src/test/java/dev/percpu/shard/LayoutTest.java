package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.binding.CompiledLayout;
import org.junit.jupiter.api.Test;

/** Compares the numbers that Java has from {@code layout.h} with the values of the C compiler. */
class LayoutTest {
    private final CompiledLayout compiled = new CompiledLayout();

    @Test
    void shouldHaveTheCellOfC() {
        assertThat(Layout.CELL_BYTES).isEqualTo(compiled.get("PERCPU_CELL"));
        assertThat(Layout.FIRST_WORD).isEqualTo(compiled.get("offsetof(struct percpu_cell, first)"));
        assertThat(Layout.SECOND_WORD).isEqualTo(compiled.get("offsetof(struct percpu_cell, second)"));
    }

    @Test
    void shouldHaveTheLimitsOfC() {
        assertThat(Layout.MIN_STRIDE_SHIFT).isEqualTo(compiled.get("PERCPU_MIN_STRIDE_SHIFT"));
        assertThat(Layout.MAX_STRIDE_SHIFT).isEqualTo(compiled.get("PERCPU_MAX_STRIDE_SHIFT"));
        assertThat(Layout.MAX_SHARDS).isEqualTo(compiled.get("PERCPU_MAX_SHARDS"));
    }

    @Test
    void shouldStoreTheFirstBucketAfterTheMaximum() {
        int cell = compiled.get("PERCPU_CELL");

        assertThat(Layout.bucketOffset(0)).isEqualTo(cell);
        assertThat(Layout.groupBytes(3)).isEqualTo(4L * cell);
    }
}
