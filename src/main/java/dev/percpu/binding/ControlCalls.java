package dev.percpu.binding;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The control calls, through JNA: set-up of the process, registration of threads, membarrier. Thread-safe.
 *
 * <p>A call through JNA is slow, so none is on the record path. Results of 0 or more are success, results below 0 are {@code -errno}, as in
 * {@code percpu.h}. The constants are from {@code percpu.h} and {@code errno.h}.
 *
 * <p>Every call throws {@link LibraryUnavailableException} if the library cannot be used.
 */
public final class ControlCalls {
    /** Owners of the rseq areas, as {@code enum percpu_owner}. */
    public static final int OWNER_NONE = 0;

    public static final int OWNER_LIBC = 1;
    public static final int OWNER_LEGACY = 2;
    public static final int OWNER_SELF = 3;

    public static final int MODE_ATOMIC = 0;
    public static final int MODE_RSEQ = 1;

    public static final int EALREADY = 114;
    public static final int ENODATA = 61;

    /** Result of a record call on a thread that the library knows. */
    static final int RECORDED = 0;

    /** Largest number of bytes that {@link #threadView} copies. */
    private static final int MAX_VIEW_BYTES = 64;

    private ControlCalls() {}

    /**
     * Sets the owner of the rseq areas of this process, once for all class loaders.
     *
     * @return 0, or -{@link #EALREADY} if it was set before; {@link #owner()} then returns the earlier value
     */
    public static int start(ProcessInfo info) {
        try (Arena arena = Arena.ofConfined()) {
            return PercpuLibrary.functions()
                    .percpu_process_start(info.toNative(arena).address());
        }
    }

    /**
     * Sets how records are committed, once: after the self-test and before the first record.
     *
     * @param mode {@link #MODE_ATOMIC} or {@link #MODE_RSEQ}
     * @return 0, -{@link #EALREADY} if it was set before, or another -errno if this process cannot use the mode
     */
    public static int fixMode(int mode) {
        return PercpuLibrary.functions().percpu_process_fix_mode(mode);
    }

    /** Returns the owner that was set, or -{@link #ENODATA} before {@link #start}. */
    public static int owner() {
        return PercpuLibrary.functions().percpu_process_owner();
    }

    /**
     * Returns the mode that was set.
     *
     * @throws IllegalStateException before {@link #fixMode}
     */
    public static int mode() {
        int mode = PercpuLibrary.functions().percpu_process_mode();
        if (mode < 0) {
            throw new IllegalStateException("the mode of this process is not set yet: call "
                    + "dev.percpu.rseq.RseqProbe.status() before the first record");
        }
        return mode;
    }

    /**
     * Returns whether this CPU loads and stores 16 aligned bytes as one.
     *
     * @param hwcap {@code getauxval(AT_HWCAP)}
     */
    public static boolean isPairAtomic(long hwcap) {
        return PercpuLibrary.functions().percpu_pair_is_atomic(hwcap) == 1;
    }

    /** Registers the calling thread with the library. Returns 0 or -errno; a second call on the same thread does nothing. */
    public static int registerThread() {
        return PercpuLibrary.functions().percpu_thread_register();
    }

    /** Returns the errno of the latest registration that failed, on any thread; 0 if none failed. */
    public static int lastRegistrationErrno() {
        return PercpuLibrary.functions().percpu_thread_last_errno();
    }

    /**
     * Returns a copy of the calling thread's struct rseq, in native byte order; null if the thread has none.
     *
     * @param length number of bytes; more than 64 are cut to 64
     */
    public static byte @Nullable [] threadView(int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(MAX_VIEW_BYTES, Long.BYTES);
            int copied = PercpuLibrary.functions().percpu_thread_view(out.address(), Math.min(length, MAX_VIEW_BYTES));
            if (copied < 0) {
                return null;
            }
            byte[] view = new byte[copied];
            out.asByteBuffer().get(view);
            return view;
        }
    }

    /**
     * Registers a private rseq area on the calling thread and unregisters it at once. The result shows the owner of the thread's area.
     *
     * @param length length of the registration, 32 to 4096 bytes
     * @param alignment alignment of the area, a power of two from 32 to 4096 bytes
     * @return 0: the thread had no area; -EINVAL or -EBUSY: it has one already; -ENOSYS: the kernel has no rseq(2); -EPERM:
     *     rseq(2) is denied
     */
    public static int tryRegistration(int length, int alignment) {
        ProcessInfo.requireArea(length, alignment);
        try (Arena arena = Arena.ofConfined()) {
            return PercpuLibrary.functions()
                    .percpu_rseq_try(arena.allocate(length, alignment).address(), length);
        }
    }

    /**
     * Calls membarrier(2) without flags.
     *
     * @return its result, or -errno
     */
    public static int membarrier(int command) {
        return PercpuLibrary.functions().percpu_membarrier(command, 0, 0);
    }

    /** Returns the sizes and offsets of the C compiler, by the names of {@code percpu_layout_names()}. For tests. */
    public static Map<String, Integer> layout() {
        String[] names = PercpuLibrary.functions().percpu_layout_names().split(" ");
        int[] values = new int[names.length];
        PercpuLibrary.functions().percpu_layout(values, values.length);
        Map<String, Integer> layout = new HashMap<>();
        for (int i = 0; i < names.length; i++) {
            layout.put(names[i], values[i]);
        }
        return layout;
    }
}
