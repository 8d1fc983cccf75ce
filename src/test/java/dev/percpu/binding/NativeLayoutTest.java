package dev.percpu.binding;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Java writes two C structs by offset: the offsets must be the compiler's. The order is that of percpu_layout(). */
class NativeLayoutTest {
    private static final int PROCESS = 12;
    private static final int SELF_TEST = 17;

    private final int[] layout = ControlCalls.layout();

    @Test
    void shouldWriteTheProcessWhereCReadsIt() {
        assertThat(layout[PROCESS]).isEqualTo(ProcessInfo.BYTES);
        assertThat(layout[PROCESS + 1]).isEqualTo(ProcessInfo.LIBC_OFFSET);
        assertThat(layout[PROCESS + 2]).isEqualTo(ProcessInfo.AREA_LENGTH);
        assertThat(layout[PROCESS + 3]).isEqualTo(ProcessInfo.HWCAP);
        assertThat(layout[PROCESS + 4]).isEqualTo(ProcessInfo.FUNCTIONS);
    }

    @Test
    void shouldShareTheSelfTestWhereCExpectsIt() {
        assertThat(layout[SELF_TEST]).isEqualTo(SelfTestSides.BYTES);
        assertThat(layout[SELF_TEST + 1]).isEqualTo(SelfTestSides.RESTARTS);
        assertThat(layout[SELF_TEST + 2]).isEqualTo(SelfTestSides.BUDGET_NANOS);
    }

    @Test
    void shouldAllowAsManyBoundsAsC() {
        assertThat(layout[9]).isEqualTo(BucketIndex.MAX_BOUNDS);
    }
}
