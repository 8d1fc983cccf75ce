package dev.percpu.rseq;

import org.jspecify.annotations.Nullable;

/**
 * @param name {@code glibc}, {@code musl} or {@code unknown}
 * @param version null where libc does not tell
 * @param rseqSize {@code __rseq_size}, bytes; null without the symbol
 * @param rseqOffset {@code __rseq_offset} from the thread pointer, bytes; null without the symbol
 * @param rseqFlags {@code __rseq_flags}; null without the symbol
 */
public record LibcInfo(
        String name,
        @Nullable String version,
        @Nullable Integer rseqSize,
        @Nullable Long rseqOffset,
        @Nullable Integer rseqFlags) {}
