package dev.percpu.binding;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Compares the offsets at which Java writes two C structs with the offsets of the C compiler. */
class NativeLayoutTest {
    private final CompiledLayout compiled = new CompiledLayout();

    @Test
    void shouldHaveTheOffsetsOfTheProcess() {
        assertThat(ProcessSettings.BYTES).isEqualTo(compiled.get("sizeof(struct percpu_process)"));
        assertThat(ProcessSettings.LIBC_OFFSET).isEqualTo(compiled.get("offsetof(struct percpu_process, libc_offset)"));
        assertThat(ProcessSettings.AREA_LENGTH).isEqualTo(compiled.get("offsetof(struct percpu_process, area_length)"));
        assertThat(ProcessSettings.HWCAP).isEqualTo(compiled.get("offsetof(struct percpu_process, hwcap)"));
        assertThat(ProcessSettings.FUNCTIONS).isEqualTo(compiled.get("offsetof(struct percpu_process, dlsym)"));
    }

    @Test
    void shouldHaveTheOffsetsOfTheSelfTest() {
        assertThat(SelfTestCalls.BYTES).isEqualTo(compiled.get("sizeof(struct percpu_self_test)"));
        assertThat(SelfTestCalls.RESTARTS).isEqualTo(compiled.get("offsetof(struct percpu_self_test, restarts)"));
        assertThat(SelfTestCalls.BUDGET_NANOS)
                .isEqualTo(compiled.get("offsetof(struct percpu_self_test, budget_nanos)"));
    }

    @Test
    void shouldAllowTheSameNumberOfBoundsAsC() {
        assertThat(BucketIndex.MAX_BOUNDS).isEqualTo(compiled.get("PERCPU_MAX_BOUNDS"));
    }
}
