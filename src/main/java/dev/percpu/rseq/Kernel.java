package dev.percpu.rseq;

import org.jspecify.annotations.Nullable;

/**
 * @param release as {@code uname -r}
 * @param machine as {@code uname -m}
 * @param featureSize auxv AT_RSEQ_FEATURE_SIZE (27), bytes; null before kernel 6.3
 * @param align auxv AT_RSEQ_ALIGN (28), bytes; null before kernel 6.3
 */
public record Kernel(
        String release,
        String machine,
        @Nullable Integer featureSize,
        @Nullable Integer align,
        Membarrier membarrier) {
    /**
     * @param mask commands that membarrier(2) offers, in hexadecimal; null without the call
     * @param rseqFence whether {@code MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ} is among them
     */
    public record Membarrier(@Nullable String mask, boolean rseqFence) {}
}
