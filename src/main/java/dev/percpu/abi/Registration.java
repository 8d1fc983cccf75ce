package dev.percpu.abi;

import org.jspecify.annotations.Nullable;

/**
 * How the areas were registered.
 *
 * @param length bytes handed to the kernel
 * @param layout {@code legacy} for 32 bytes, else {@code v2}
 * @param signature the 32 bits before each abort handler
 * @param lastErrno of our own latest attempt that failed, null if none did or none was made
 */
public record Registration(int length, String layout, String signature, @Nullable Integer lastErrno) {}
