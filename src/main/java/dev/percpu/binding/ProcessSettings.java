package dev.percpu.binding;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;

/**
 * What the native library is told of the process it is in.
 *
 * @param owner who registers the rseq areas: one of {@link ControlCalls}'s OWNER constants
 * @param libcOffset {@code __rseq_offset}, from the thread pointer, bytes; used when libc is the owner
 * @param areaLength bytes to register, when we are the owner
 * @param areaAlignment of the area, bytes, when we are the owner
 * @param hwcap {@code getauxval(AT_HWCAP)}
 */
public record ProcessSettings(int owner, long libcOffset, int areaLength, int areaAlignment, long hwcap) {
    /** struct percpu_process, in bytes and offsets; a test compares them with the C side. */
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
