package dev.percpu.rseq;

import org.jspecify.annotations.Nullable;

/**
 * How the areas were registered.
 *
 * @param length bytes handed to the kernel; null when nothing is registered
 * @param layout {@code legacy} for 32 bytes, else {@code v2}: kernels from 7.0.10 and 7.1 on go by that length, and older ones treat both
 *     alike; null when nothing is registered
 * @param signature the 32 bits before each abort handler; null without the native library
 * @param lastErrno of our own latest attempt that failed, null if none did or none was made
 */
public record Registration(
        @Nullable Integer length,
        @Nullable String layout,
        @Nullable String signature,
        @Nullable Integer lastErrno) {
    static final Registration NONE = new Registration(null, null, null, null);
}
