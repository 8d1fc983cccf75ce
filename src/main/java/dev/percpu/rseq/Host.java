package dev.percpu.rseq;

import org.jspecify.annotations.Nullable;

/**
 * The system that this process runs on. Immutable. A value that does not exist on this system is null.
 *
 * @param cpus CPUs at the time of the probe; the possible ones determine the number of shards
 */
public record Host(Kernel kernel, LibcInfo libc, Cpus cpus) {

    /**
     * The Linux kernel and what it reports about rseq.
     *
     * @param release the output of {@code uname -r}
     * @param machine the output of {@code uname -m}
     * @param featureSize auxv AT_RSEQ_FEATURE_SIZE (27), bytes; null before Linux 6.3
     * @param align auxv AT_RSEQ_ALIGN (28), bytes; null before Linux 6.3
     */
    public record Kernel(
            String release,
            String machine,
            @Nullable Integer featureSize,
            @Nullable Integer align,
            Membarrier membarrier) {

        /**
         * The commands of membarrier(2).
         *
         * @param mask bit mask of the supported commands, in hexadecimal; null without the system call
         * @param rseqFence whether {@code MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ} is supported
         */
        public record Membarrier(@Nullable String mask, boolean rseqFence) {}
    }

    /**
     * The libc and the symbols by which it exports its rseq areas.
     *
     * @param name {@code glibc}, {@code musl} or {@code unknown}
     * @param version null where the libc exports no version
     * @param rseqSize {@code __rseq_size}, bytes; null without the symbol
     * @param rseqOffset {@code __rseq_offset}, bytes from the thread pointer; null without the symbol
     * @param rseqFlags {@code __rseq_flags}; null without the symbol
     */
    public record LibcInfo(
            String name,
            @Nullable String version,
            @Nullable Integer rseqSize,
            @Nullable Long rseqOffset,
            @Nullable Integer rseqFlags) {}
}
