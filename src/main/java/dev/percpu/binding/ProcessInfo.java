package dev.percpu.binding;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;

/**
 * The arguments of {@code percpu_process_start()}: facts about this process. Immutable and thread-safe.
 *
 * @param owner owner of the rseq areas, an {@code OWNER_} constant of {@code ControlCalls}
 * @param libcOffset {@code __rseq_offset}, from the thread pointer, in bytes; used if libc is the owner
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

    private static final String[] FUNCTION_NAMES = {
        "dlsym", "posix_memalign", "free", "pthread_key_create", "pthread_setspecific"
    };

    Memory toNative() {
        Memory process = new Memory(BYTES);
        process.clear();
        process.setInt(0, owner);
        process.setLong(LIBC_OFFSET, libcOffset);
        process.setInt(AREA_LENGTH, areaLength);
        process.setInt(AREA_ALIGNMENT, areaAlignment);
        process.setLong(HWCAP, hwcap);
        NativeLibrary libc = NativeLibrary.getProcess();
        for (int i = 0; i < FUNCTION_NAMES.length; i++) {
            process.setPointer(FUNCTIONS + 8L * i, libc.getFunction(FUNCTION_NAMES[i]));
        }
        return process;
    }
}
