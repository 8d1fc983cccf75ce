package dev.percpu.binding;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The arguments of {@code percpu_process_start()}: facts about this process. Immutable and thread-safe.
 *
 * @param owner owner of the rseq areas, an {@code OWNER_} constant of {@code ControlCalls}
 * @param libcOffset {@code __rseq_offset}, from the thread pointer, in bytes, if libc is the owner, else 0
 * @param areaLength length to register, in bytes; used if this library is the owner
 * @param areaAlignment alignment of the area, in bytes; used if this library is the owner
 * @param hwcap {@code getauxval(AT_HWCAP)}
 */
public record ProcessInfo(int owner, long libcOffset, int areaLength, int areaAlignment, long hwcap) {
    // struct percpu_process: its size and the offsets of its fields, in bytes. A test compares them with
    // the C compiler's.
    static final int BYTES = 72;
    static final int LIBC_OFFSET = 8;
    static final int AREA_LENGTH = 16;
    static final int AREA_ALIGNMENT = 20;
    static final int HWCAP = 24;
    static final int FUNCTIONS = 32;

    private static final int MIN_AREA_BYTES = 32;
    private static final int MAX_AREA_BYTES = 4096;

    private static final String[] FUNCTION_NAMES = {
        "dlsym", "posix_memalign", "free", "pthread_key_create", "pthread_setspecific"
    };

    /** @throws IllegalArgumentException if a value cannot be right for this process: native code would use it as an address */
    public ProcessInfo {
        if (owner < ControlCalls.OWNER_NONE || owner > ControlCalls.OWNER_SELF) {
            throw new IllegalArgumentException("owner must be an OWNER_ constant, but was " + owner);
        }
        Long known = owner == ControlCalls.OWNER_LIBC ? Libc.readLong("__rseq_offset") : Long.valueOf(0);
        if (!Long.valueOf(libcOffset).equals(known)) {
            throw new IllegalArgumentException(
                    "libcOffset must be " + known + " for owner " + owner + " in this process, but was " + libcOffset);
        }
        if (owner == ControlCalls.OWNER_SELF) {
            requireArea(areaLength, areaAlignment);
        }
    }

    /**
     * Checks the memory of an rseq area.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    static void requireArea(int length, int alignment) {
        if (length < MIN_AREA_BYTES || length > MAX_AREA_BYTES) {
            throw new IllegalArgumentException("length must be 32 to 4096 bytes, but was " + length);
        }
        if (alignment < MIN_AREA_BYTES || alignment > MAX_AREA_BYTES || Integer.bitCount(alignment) != 1) {
            throw new IllegalArgumentException(
                    "alignment must be a power of two from 32 to 4096 bytes, but was " + alignment);
        }
    }

    /** Returns {@code struct percpu_process}, in memory of an arena. */
    MemorySegment toNative(Arena arena) {
        MemorySegment process = arena.allocate(BYTES, Long.BYTES);
        // A buffer: the first access by a value layout makes classes, which takes 10 ms.
        ByteBuffer fields = process.asByteBuffer().order(ByteOrder.nativeOrder());
        fields.putInt(0, owner);
        fields.putLong(LIBC_OFFSET, libcOffset);
        fields.putInt(AREA_LENGTH, areaLength);
        fields.putInt(AREA_ALIGNMENT, areaAlignment);
        fields.putLong(HWCAP, hwcap);
        for (int i = 0; i < FUNCTION_NAMES.length; i++) {
            fields.putLong(FUNCTIONS + Long.BYTES * i, Libc.functionAddress(FUNCTION_NAMES[i]));
        }
        return process;
    }
}
