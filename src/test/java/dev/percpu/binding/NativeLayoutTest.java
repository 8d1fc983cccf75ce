package dev.percpu.binding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Compares offsets of C structs in Java with the C compiler's, by the names of percpu_layout_names(). */
class NativeLayoutTest {
    private final Map<String, Integer> layout = ControlCalls.layout();

    @Test
    void shouldWriteTheProcessWhereCReadsIt() {
        assertThat(layout).containsEntry("process.bytes", ProcessInfo.BYTES);
        assertThat(layout).containsEntry("process.libcOffset", ProcessInfo.LIBC_OFFSET);
        assertThat(layout).containsEntry("process.areaLength", ProcessInfo.AREA_LENGTH);
        assertThat(layout).containsEntry("process.areaAlignment", ProcessInfo.AREA_ALIGNMENT);
        assertThat(layout).containsEntry("process.hwcap", ProcessInfo.HWCAP);
        assertThat(layout).containsEntry("process.functions", ProcessInfo.FUNCTIONS);
    }

    @Test
    void shouldShareTheSelfTestWhereCExpectsIt() {
        assertThat(layout).containsEntry("selfTest.bytes", SelfTestSides.BYTES);
        assertThat(layout).containsEntry("selfTest.cpu", SelfTestSides.CPU);
        assertThat(layout).containsEntry("selfTest.otherCpu", SelfTestSides.OTHER_CPU);
        assertThat(layout).containsEntry("selfTest.minRestarts", SelfTestSides.WANTED);
        assertThat(layout).containsEntry("selfTest.violations", SelfTestSides.VIOLATIONS);
        assertThat(layout).containsEntry("selfTest.restarts", SelfTestSides.RESTARTS);
        assertThat(layout).containsEntry("selfTest.budgetNanos", SelfTestSides.BUDGET_NANOS);
    }

    @Test
    void shouldAllowAsManyBoundsAsC() {
        assertThat(layout).containsEntry("buckets.maxBounds", BucketIndex.MAX_BOUNDS);
    }
}
