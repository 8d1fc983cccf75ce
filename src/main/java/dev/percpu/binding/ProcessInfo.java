package dev.percpu.binding;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;

/**
 * The facts about this process that the native library gets at start: {@code struct percpu_process} of the C headers.
 *
 * @param owner code that registers the rseq areas: one of {@link ControlCalls}'s OWNER constants
 * @param libcOffset {@code __rseq_offset}, from the thread pointer, bytes; used if libc is the owner
 * @param areaLength length of the area to register, bytes; used if this library is the owner
 * @param areaAlignment alignment of that area, bytes
 * @param hwcap {@code getauxval(AT_HWCAP)}
 */
public record ProcessInfo(int owner, long libcOffset, int areaLength, int areaAlignment, long hwcap) {
    /** Size and offsets of the struct, bytes. A test compares them with the C compiler's. */
    static final int BYTES = 72;

    static final int LIBC_OFFSET = 8;
    static final int AREA_LENGTH = 16;
    static final int AREA_ALIGNMENT = 20;
    static final int HWCAP = 24;
    static final int FUNCTIONS = 32;

    private static final String[] FUNCTION_NAMES = {
        "dlsym", "posix_memalign", "free", "pthread_key_create", "pthread_setspecific"
    };

    /** Returns the struct, with the addresses of the libc functions that the native library calls. */
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
