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
        assertThat(layout).containsEntry("selfTest.bytes", SelfTestCalls.BYTES);
        assertThat(layout).containsEntry("selfTest.cpu", SelfTestCalls.CPU);
        assertThat(layout).containsEntry("selfTest.otherCpu", SelfTestCalls.OTHER_CPU);
        assertThat(layout).containsEntry("selfTest.minRestarts", SelfTestCalls.MIN_RESTARTS);
        assertThat(layout).containsEntry("selfTest.violations", SelfTestCalls.VIOLATIONS);
        assertThat(layout).containsEntry("selfTest.restarts", SelfTestCalls.RESTARTS);
        assertThat(layout).containsEntry("selfTest.budgetNanos", SelfTestCalls.BUDGET_NANOS);
    }

    @Test
    void shouldReadPacketsWhereCWritesThem() {
        assertThat(layout).containsEntry("packet.bytes", PacketBatch.HEADER_BYTES);
        assertThat(layout).containsEntry("packet.flags", PacketBatch.FLAGS_OFFSET);
        assertThat(layout).containsEntry("packet.sender", PacketBatch.SENDER_OFFSET);
        assertThat(layout).containsEntry("packet.truncated", PacketBatch.TRUNCATED);
        assertThat(layout).containsEntry("batch.maxCapacity", PacketBatch.MAX_CAPACITY);
    }

    @Test
    void shouldAllowAsManyBoundsAsC() {
        assertThat(layout).containsEntry("buckets.maxBounds", BucketIndex.MAX_BOUNDS);
    }
}
