package dev.percpu.binding;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The control calls, through JNA: set-up of the process, registration of threads, the self-test. About 100 ns a call, so never on the
 * record path. Thread-safe.
 *
 * <p>Results of 0 or more are success, results below 0 are {@code -errno}; see {@code percpu.h}, whose constants are mirrored here.
 */
public final class ControlCalls {
    public static final int OWNER_NONE = 0;
    public static final int OWNER_LIBC = 1;
    public static final int OWNER_LEGACY = 2;
    public static final int OWNER_SELF = 3;

    public static final int MODE_ATOMIC = 0;
    public static final int MODE_RSEQ = 1;

    public static final int EALREADY = 114;
    public static final int ENODATA = 61;

    static final int RECORDED = 0;

    private ControlCalls() {}

    static void bind(Path file) {
        try {
            Native.register(
                    Functions.class,
                    com.sun.jna.NativeLibrary.getInstance(
                            file.toString(),
                            Map.of(com.sun.jna.Library.OPTION_CLASSLOADER, ControlCalls.class.getClassLoader())));
        } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError e) {
            throw new LibraryUnavailableException(
                    file.toString(),
                    "JNA could not bind it: " + e.getMessage(),
                    "see that the temporary folder is writable and not mounted noexec, or start with "
                            + "-Djna.boot.library.path=DIR -Djna.nounpack=true and the JNA library in DIR",
                    e);
        }
    }

    /**
     * Fixes who owns the rseq areas of this process, once for all class loaders.
     *
     * @return 0, or -{@link #EALREADY} if it was fixed before: then {@link #owner()} tells to what
     */
    public static int start(ProcessInfo info) {
        try (Memory process = info.toNative()) {
            return functions().percpu_process_start(process);
        }
    }

    /**
     * Fixes how records are committed, once: before the first record and after the self-test.
     *
     * @param mode {@link #MODE_ATOMIC} or {@link #MODE_RSEQ}
     * @return 0, -{@link #EALREADY}, or -errno if this mode cannot be had in this process
     */
    public static int fixMode(int mode) {
        return functions().percpu_process_fix_mode(mode);
    }

    /** The owner that was fixed, or -{@link #ENODATA}. */
    public static int owner() {
        return functions().percpu_process_owner();
    }

    /**
     * The mode that was fixed.
     *
     * @throws IllegalStateException before {@link #fixMode}
     */
    public static int mode() {
        int mode = functions().percpu_process_mode();
        if (mode < 0) {
            throw new IllegalStateException(
                    "how records are committed is not decided yet: ask dev.percpu.rseq.RseqProbe.status() first");
        }
        return mode;
    }

    /** Whether this CPU loads and stores 16 aligned bytes as one. */
    public static boolean isPairAtomic(long hwcap) {
        return functions().percpu_pair_is_atomic(hwcap) == 1;
    }

    /** Makes the calling thread known to the library. Returns 0 or -errno; a second call on the same thread does nothing. */
    public static int registerThread() {
        return functions().percpu_thread_register();
    }

    /** errno of the latest registration of any thread that failed, 0 if none did. */
    public static int lastRegistrationErrno() {
        return functions().percpu_thread_last_errno();
    }

    /**
     * The first bytes of the calling thread's struct rseq, in native byte order.
     *
     * @param length at most 64
     * @return null if this thread has no area
     */
    public static byte @Nullable [] threadView(int length) {
        try (Memory out = new Memory(64)) {
            int copied = functions().percpu_thread_view(out, Math.min(length, 64));
            return copied < 0 ? null : out.getByteArray(0, copied);
        }
    }

    /**
     * Tries to register an area of this library on the calling thread and takes it back.
     *
     * @param length of the registration, at least 32 bytes
     * @param alignment of the area in bytes, a power of two
     * @return 0: nobody owns this thread; -errno: EINVAL or EBUSY somebody does, ENOSYS no such call, EPERM denied
     */
    public static int tryRegistration(int length, int alignment) {
        if (length < 32 || length > 4096 || alignment < 32 || alignment > 4096 || Integer.bitCount(alignment) != 1) {
            throw new IllegalArgumentException(
                    "an rseq area has 32 to 4096 bytes and an alignment of a power of two from 32" + " to 4096, not "
                            + length + " and " + alignment);
        }
        try (Memory memory = new Memory(length + 2L * alignment)) {
            return functions().percpu_rseq_try(memory.align(alignment), length);
        }
    }

    /** membarrier(2): its result, or -errno. */
    public static int membarrier(int command) {
        return functions().percpu_membarrier(command, 0, 0);
    }

    /** Returns sizes and offsets as the C compiler has them, by the names of {@code percpu_layout_names()}. For tests. */
    public static Map<String, Integer> layout() {
        String[] names = functions().percpu_layout_names().split(" ");
        int[] values = new int[names.length];
        functions().percpu_layout(values, values.length);
        Map<String, Integer> layout = new HashMap<>();
        for (int i = 0; i < names.length; i++) {
            layout.put(names[i], values[i]);
        }
        return layout;
    }

    static Functions functions() {
        NativeLibrary.ensureAvailable();
        return Functions.INSTANCE;
    }

    /** Direct mapping: signatures as in {@code percpu.h}. */
    static final class Functions {
        static final Functions INSTANCE = new Functions();

        private Functions() {}

        native int percpu_process_start(Pointer process);

        native int percpu_process_fix_mode(int mode);

        native int percpu_process_owner();

        native int percpu_process_mode();

        native int percpu_pair_is_atomic(long hwcap);

        native int percpu_thread_register();

        native int percpu_thread_last_errno();

        native int percpu_thread_view(Pointer out, int length);

        native int percpu_rseq_try(Pointer memory, int length);

        native int percpu_membarrier(int command, int flags, int cpu);

        native int percpu_region_create(int shards, int strideShift, int sumKind, int indexOffset, Pointer out);

        native int percpu_region_destroy(long region);

        native long percpu_region_first_cell(long region);

        native long percpu_region_reserved(long region);

        native long percpu_region_resident(long region, int page);

        native long percpu_shard_restarts(long region, int shard);

        native long percpu_shared_records(long region);

        native int percpu_layout(int[] out, int capacity);

        native String percpu_layout_names();

        native int percpu_sum(long region, int first, int last, long from, long to, long out);

        native int percpu_sum_ranges(long region, int first, int last, long count, long offsets, long bytes, long out);

        native long percpu_drain_max(long region, long offset, int buckets);

        native void percpu_drain_maxima(long region, long count, long groups, long out);

        native int percpu_clear(long region, long from, long to);

        native long percpu_buckets_size(long[] bounds, int count, int sumKind);

        native int percpu_buckets_init(long memory, long[] bounds, int count, int sumKind);

        native int percpu_buckets_index(long buckets, long amount);

        native int percpu_self_test_victim(Pointer test);

        native int percpu_self_test_disturb(Pointer test);
    }
}
