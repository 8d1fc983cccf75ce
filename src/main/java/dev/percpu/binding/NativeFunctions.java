package dev.percpu.binding;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.file.Path;
import java.util.Map;

/**
 * The control functions of the native library, by JNA direct mapping. Thread-safe.
 *
 * <p>The signatures are the same as in {@code percpu.h}. Callers get the bound instance from {@code PercpuLibrary}.
 */
final class NativeFunctions {
    static final NativeFunctions INSTANCE = new NativeFunctions();

    private NativeFunctions() {}

    /**
     * Binds the functions to a library file. Must be called once, before the first call of any of them.
     *
     * @throws LibraryUnavailableException if JNA cannot load its own library or this file
     */
    static void bind(Path file) {
        try {
            Native.register(
                    NativeFunctions.class,
                    com.sun.jna.NativeLibrary.getInstance(
                            file.toString(),
                            Map.of(Library.OPTION_CLASSLOADER, NativeFunctions.class.getClassLoader())));
        } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError e) {
            throw new LibraryUnavailableException(
                    file.toString(),
                    "JNA could not bind it: " + e.getMessage(),
                    "make sure that the temporary folder is writable and not mounted noexec, or start with "
                            + "-Djna.boot.library.path=DIR -Djna.nounpack=true and the JNA library in DIR",
                    e);
        }
    }

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
