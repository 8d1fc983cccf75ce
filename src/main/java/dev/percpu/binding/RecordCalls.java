package dev.percpu.binding;

import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * The record calls. Each is one critical downcall: no JNA, no allocation, no lock, no system call.
 *
 * <p>Thread-safe, for platform and virtual threads: a virtual thread is not unmounted in a critical downcall, and the section reads
 * the CPU of the carrier thread that runs it. {@link Region#sum} sees a record at the latest after its thread has synchronised with
 * the recording thread.
 *
 * <p>Each call has three native variants: the rseq area at a constant offset from the thread pointer, the area at an address in a TLS
 * variable, and atomics. The variant is chosen when this class is initialised, after {@link ControlCalls#fixMode}, so the method handles
 * are constants for the JIT compiler. A compiled call loads the fields of the {@link CellHandle}, calls the linker's stub, and compares the
 * result with 0.
 */
public final class RecordCalls {
    private static final String VARIANT = variant();
    private static final MethodHandle ADD_LONG = bind("percpu_add_long", DowncallShape.ADD);
    private static final MethodHandle ADD_DOUBLE = bind("percpu_add_double", DowncallShape.ADD);
    private static final MethodHandle OBSERVE_LONG = bind("percpu_observe_long", DowncallShape.OBSERVE);
    private static final MethodHandle OBSERVE_DOUBLE = bind("percpu_observe_double", DowncallShape.OBSERVE);
    private static final MethodHandle OBSERVE_N_LONG = bind("percpu_observe_n_long", DowncallShape.OBSERVE_N);
    private static final MethodHandle OBSERVE_N_DOUBLE = bind("percpu_observe_n_double", DowncallShape.OBSERVE_N);
    private static final MethodHandle OBSERVE_BUCKET_DOUBLE =
            bind("percpu_observe_bucket_double", DowncallShape.OBSERVE_N);

    private RecordCalls() {}

    /**
     * Adds an integer amount to the first word of a cell.
     *
     * @param handle a single cell, in a region of either {@link SumKind}
     * @param amount any long. The word is a 64-bit integer and wraps around without an error: the caller must keep the sum of all amounts,
     *     over all shards, from -2<sup>63</sup> to 2<sup>63</sup> - 1.
     */
    public static void addLong(CellHandle handle, long amount) {
        int result;
        try {
            result = (int) ADD_LONG.invokeExact(handle.region, handle.offset, amount);
        } catch (Throwable e) {
            throw unexpected(e);
        }
        Reference.reachabilityFence(handle);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /**
     * Adds a double amount to the second word of a cell.
     *
     * @param handle a single cell, in a region of {@link SumKind#DOUBLE}
     * @param amount any double; infinity and NaN stay in the sum
     */
    public static void addDouble(CellHandle handle, double amount) {
        int result;
        try {
            result = (int) ADD_DOUBLE.invokeExact(handle.region, handle.offset, Double.doubleToRawLongBits(amount));
        } catch (Throwable e) {
            throw unexpected(e);
        }
        Reference.reachabilityFence(handle);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /**
     * Records one integer observation in a group. It raises the maximum of the group, then changes {count, sum} of one bucket by one store.
     *
     * @param handle a group, in a region of {@link SumKind#LONG}
     * @param amount 0 to 2<sup>63</sup> - 1; goes to the first bucket with a bound of at least this amount. Where the sum would overflow, it
     *     stays at 2<sup>63</sup> - 1.
     */
    public static void observeLong(CellHandle handle, long amount) {
        int result;
        try {
            result = (int) OBSERVE_LONG.invokeExact(handle.region, handle.offset, handle.buckets, amount);
        } catch (Throwable e) {
            throw unexpected(e);
        }
        Reference.reachabilityFence(handle);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /**
     * Records one double observation in a group: first the group's maximum, then the {count, sum} of one bucket by one store.
     *
     * @param handle a group, in a region of {@link SumKind#DOUBLE}
     * @param amount at least 0, not NaN; infinity goes to the last bucket and stays in the sum
     */
    public static void observeDouble(CellHandle handle, double amount) {
        int result;
        try {
            result = (int) OBSERVE_DOUBLE.invokeExact(
                    handle.region, handle.offset, handle.buckets, Double.doubleToRawLongBits(amount));
        } catch (Throwable e) {
            throw unexpected(e);
        }
        Reference.reachabilityFence(handle);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /**
     * Records equal integer observations in a group. It raises the maximum of the group, then changes {count, sum} of one bucket by one store.
     *
     * @param handle a group, in a region of {@link SumKind#LONG}
     * @param amount amount of each observation, as for {@link #observeLong(CellHandle, long)}. Where the sum would overflow, it stays at
     *     2<sup>63</sup> - 1.
     * @param count number of observations, 1 to 2<sup>63</sup> - 1; the count of the bucket wraps around without an error
     */
    public static void observeLong(CellHandle handle, long amount, long count) {
        int result;
        try {
            result = (int) OBSERVE_N_LONG.invokeExact(handle.region, handle.offset, handle.buckets, amount, count);
        } catch (Throwable e) {
            throw unexpected(e);
        }
        Reference.reachabilityFence(handle);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /**
     * Records equal double observations in a group: first the group's maximum, then the {count, sum} of one bucket by one store.
     *
     * @param handle a group, in a region of {@link SumKind#DOUBLE}
     * @param amount amount of each observation, as for {@link #observeDouble(CellHandle, double)}. The product with the count is rounded once.
     * @param count number of observations, 1 to 2<sup>63</sup> - 1; the count of the bucket wraps around without an error
     */
    public static void observeDouble(CellHandle handle, double amount, long count) {
        int result;
        try {
            result = (int) OBSERVE_N_DOUBLE.invokeExact(
                    handle.region, handle.offset, handle.buckets, Double.doubleToRawLongBits(amount), count);
        } catch (Throwable e) {
            throw unexpected(e);
        }
        Reference.reachabilityFence(handle);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /**
     * Records observations that another process has counted: it changes {count, sum} of one bucket by one store, and no maximum.
     *
     * @param handle a group, in a region of {@link SumKind#DOUBLE}
     * @param bucket index of a bucket that the group has; any other changes a wrong cell of the region, but no memory outside of it
     * @param count number of observations, 1 to 2<sup>63</sup> - 1; the count of the bucket wraps around without an error
     * @param sum sum of their amounts, not NaN
     */
    public static void observeBucket(CellHandle handle, long bucket, long count, double sum) {
        int result;
        try {
            result = (int) OBSERVE_BUCKET_DOUBLE.invokeExact(
                    handle.region, handle.offset, bucket, count, Double.doubleToRawLongBits(sum));
        } catch (Throwable e) {
            throw unexpected(e);
        }
        Reference.reachabilityFence(handle);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    private static String variant() {
        if (ControlCalls.mode() == ControlCalls.MODE_ATOMIC) {
            return "atomic";
        }
        return ControlCalls.owner() == ControlCalls.OWNER_LIBC ? "libc" : "thread";
    }

    private static MethodHandle bind(String name, DowncallShape shape) {
        return shape.link(PercpuLibrary.symbols().findOrThrow(name + "__" + VARIANT));
    }

    private static AssertionError unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error; // StackOverflowError, for example: nothing was recorded
        }
        return new AssertionError("a downcall with matching types does not throw", e);
    }
}
