package dev.percpu.rseq;

import org.jspecify.annotations.Nullable;

/**
 * The area of one thread, at the time of the probe. Fields that are not available are null.
 */
public record ThreadView(
        int cpuIdStart,
        int cpuId,
        @Nullable Integer nodeId,
        @Nullable Integer mmCid,
        int flags) {}
