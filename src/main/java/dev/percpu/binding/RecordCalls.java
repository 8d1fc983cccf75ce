package dev.percpu.binding;

import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * The record calls into the cells of a region, or into its groups with one bucket index. Each is one critical downcall: no JNA, no allocation,
 * no lock, no system call.
 *
 * <p>Thread-safe, for platform and virtual threads: a virtual thread is not unmounted in a critical downcall, and the section reads
 * the CPU of the carrier thread that runs it. {@link Region#sum} sees a record at the latest after its thread has synchronised with
 * the recording thread.
 *
 * <p>Each call has three native variants: the rseq area at a constant offset from the thread pointer, the area at an address in a TLS
 * variable, and atomics. The variant is chosen when this class is initialised, after {@link ControlCalls#fixMode}, so the method handles
 * are constants for the JIT compiler. A compiled call loads the addresses of region and buckets, calls the linker's stub, and compares the
 * result with 0.
 *
 * <p>A cell, or a group of cells, is at one offset in every shard. The {@code owner} of a call is the object to which the offset belongs: it
 * must hold this object, and while it is reachable, no other owner may get the cell. Each call keeps the owner reachable until it returns.
 *
 * <p>The native code rounds any offset to a multiple of 16 inside the region: with a wrong one, records change a wrong cell, but no memory
 * outside of the region.
 */
public class RecordCalls {
    private static final String VARIANT = variant();
    private static final MethodHandle ADD_LONG = bind("percpu_add_long", DowncallShape.ADD);
    private static final MethodHandle ADD_DOUBLE = bind("percpu_add_double", DowncallShape.ADD);
    private static final MethodHandle OBSERVE_LONG = bind("percpu_observe_long", DowncallShape.OBSERVE);
    private static final MethodHandle OBSERVE_DOUBLE = bind("percpu_observe_double", DowncallShape.OBSERVE);
    private static final MethodHandle OBSERVE_N_LONG = bind("percpu_observe_n_long", DowncallShape.OBSERVE_N);
    private static final MethodHandle OBSERVE_N_DOUBLE = bind("percpu_observe_n_double", DowncallShape.OBSERVE_N);
    private static final MethodHandle OBSERVE_BUCKET_DOUBLE =
            bind("percpu_observe_bucket_double", DowncallShape.OBSERVE_N);

    /** Native address of the region. */
    private final long region;

    /** Native address of the bucket index, 0 for none. */
    private final long buckets;

    // These fields keep the native memory of the addresses reachable.
    private final Region regionOwner;
    private final BucketIndex bucketsOwner;

    /**
     * Creates the calls for cells or groups.
     *
     * @param region the region of the cells
     * @param buckets index of the groups' buckets, of the region's {@link SumKind}; {@link BucketIndex#NONE} for counters
     */
    public RecordCalls(Region region, BucketIndex buckets) {
        this.regionOwner = region;
        this.bucketsOwner = buckets;
        this.region = region.address;
        this.buckets = buckets.address;
    }

    /** Returns the region of the cells. */
    public final Region region() {
        return regionOwner;
    }

    @Override
    public String toString() {
        return "calls for " + regionOwner + (bucketsOwner == BucketIndex.NONE ? "" : ", with " + bucketsOwner);
    }

    /**
     * Adds an integer amount to the first word of a cell.
     *
     * @param owner the owner of a single cell, in a region of either {@link SumKind}
     * @param amount any long. The word is a 64-bit integer and wraps around without an error: the caller must keep the sum of all amounts,
     *     over all shards, from -2<sup>63</sup> to 2<sup>63</sup> - 1.
     */
    public final void addLong(Object owner, long offset, long amount) {
        int result;
        try {
            result = (int) ADD_LONG.invokeExact(region, offset, amount);
        } catch (Throwable e) {
            throw unexpected(e);
        }
        Reference.reachabilityFence(owner);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /**
     * Adds a double amount to the second word of a cell.
     *
     * @param owner the owner of a single cell, in a region of {@link SumKind#DOUBLE}
     * @param amount any double; infinity and NaN stay in the sum
     */
    public final void addDouble(Object owner, long offset, double amount) {
        int result;
        try {
            result = (int) ADD_DOUBLE.invokeExact(region, offset, Double.doubleToRawLongBits(amount));
        } catch (Throwable e) {
            throw unexpected(e);
        }
        Reference.reachabilityFence(owner);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /**
     * Records one integer observation in a group: it changes {count, sum} of one bucket by one store.
     *
     * @param owner the owner of a group, in a region of {@link SumKind#LONG}
     * @param amount 0 to 2<sup>63</sup> - 1; goes to the first bucket with a bound of at least this amount. Where the sum would overflow, it
     *     stays at 2<sup>63</sup> - 1.
     */
    public final void observeLong(Object owner, long offset, long amount) {
        int result;
        try {
            result = (int) OBSERVE_LONG.invokeExact(region, offset, buckets, amount);
        } catch (Throwable e) {
            throw unexpected(e);
        }
        Reference.reachabilityFence(owner);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /**
     * Records one double observation in a group: it changes {count, sum} of one bucket by one store.
     *
     * @param owner the owner of a group, in a region of {@link SumKind#DOUBLE}
     * @param amount at least 0, not NaN; infinity goes to the last bucket and stays in the sum
     */
    public final void observeDouble(Object owner, long offset, double amount) {
        int result;
        try {
            result = (int) OBSERVE_DOUBLE.invokeExact(region, offset, buckets, Double.doubleToRawLongBits(amount));
        } catch (Throwable e) {
            throw unexpected(e);
        }
        Reference.reachabilityFence(owner);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /**
     * Records equal integer observations in a group: it changes {count, sum} of one bucket by one store.
     *
     * @param owner the owner of a group, in a region of {@link SumKind#LONG}
     * @param amount amount of each observation, as for the call for one. Where the sum would overflow, it stays at
     *     2<sup>63</sup> - 1.
     * @param count number of observations, 1 to 2<sup>63</sup> - 1; the count of the bucket wraps around without an error
     */
    public final void observeLong(Object owner, long offset, long amount, long count) {
        int result;
        try {
            result = (int) OBSERVE_N_LONG.invokeExact(region, offset, buckets, amount, count);
        } catch (Throwable e) {
            throw unexpected(e);
        }
        Reference.reachabilityFence(owner);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /**
     * Records equal double observations in a group: it changes {count, sum} of one bucket by one store.
     *
     * @param owner the owner of a group, in a region of {@link SumKind#DOUBLE}
     * @param amount amount of each observation, as for the call for one. The product with the count is rounded once.
     * @param count number of observations, 1 to 2<sup>63</sup> - 1; the count of the bucket wraps around without an error
     */
    public final void observeDouble(Object owner, long offset, double amount, long count) {
        int result;
        try {
            result = (int)
                    OBSERVE_N_DOUBLE.invokeExact(region, offset, buckets, Double.doubleToRawLongBits(amount), count);
        } catch (Throwable e) {
            throw unexpected(e);
        }
        Reference.reachabilityFence(owner);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /**
     * Records observations that another process has counted: it changes {count, sum} of one bucket by one store.
     *
     * @param owner the owner of a group, in a region of {@link SumKind#DOUBLE}
     * @param bucket index of a bucket that the group has; any other changes a wrong cell of the region, but no memory outside of it
     * @param count number of observations, 1 to 2<sup>63</sup> - 1; the count of the bucket wraps around without an error
     * @param sum sum of their amounts, not NaN
     */
    public final void observeBucket(Object owner, long offset, long bucket, long count, double sum) {
        int result;
        try {
            result = (int)
                    OBSERVE_BUCKET_DOUBLE.invokeExact(region, offset, bucket, count, Double.doubleToRawLongBits(sum));
        } catch (Throwable e) {
            throw unexpected(e);
        }
        Reference.reachabilityFence(owner);
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
