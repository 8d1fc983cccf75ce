package dev.percpu.rseq;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The struct rseq of one thread: its registration, and the fields that the kernel keeps up to date. Immutable.
 *
 * @param registration registration of the thread that ran the probe
 * @param activeSize bytes of struct rseq that kernel and owner agreed on; null when no area is registered
 * @param fields every field of the newest known struct, available or not
 * @param thread the values of the fields at the time of the probe; null when the thread has no area
 */
public record RseqArea(
        Registration registration,
        @Nullable Integer activeSize,
        List<Field> fields,
        @Nullable ThreadView thread) {

    public RseqArea {
        fields = List.copyOf(fields);
    }

    /**
     * The arguments of the rseq(2) call that registered an area.
     *
     * @param length bytes that were registered; null when nothing is registered
     * @param layout {@code legacy} for a length of 32 bytes, else {@code v2}; null when nothing is registered. Kernels from 7.0.10 and 7.1
     *     on treat the two differently, older kernels do not
     * @param signature the 32 bits in front of each abort handler, in hexadecimal; null without the native library
     * @param lastErrno errno of this library's latest failed attempt to register a thread; null if no attempt failed
     */
    public record Registration(
            @Nullable Integer length,
            @Nullable String layout,
            @Nullable String signature,
            @Nullable Integer lastErrno) {
        static final Registration NONE = new Registration(null, null, null, null);
    }

    /**
     * A field of struct rseq.
     *
     * @param name name of the field in {@code linux/rseq.h}
     * @param offset offset from the start of the struct, in bytes
     * @param size size, in bytes
     * @param available whether the kernel keeps the field up to date in this process
     */
    public record Field(String name, int offset, int size, boolean available) {}

    /** The values of a thread's fields. A field that is not available is null. */
    public record ThreadView(
            int cpuIdStart,
            int cpuId,
            @Nullable Integer nodeId,
            @Nullable Integer mmCid,
            int flags) {}
}
