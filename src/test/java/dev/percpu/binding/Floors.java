package dev.percpu.binding;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * What no record call can be faster than, for benchmarks only: a critical downcall that does nothing, and C loops around the sections that
 * {@link RecordCalls} calls. The loops use the area that the C library registered.
 */
public final class Floors {
    private static final MethodHandle EMPTY = bind(
            "percpu_empty",
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.critical(false));
    private static final MethodHandle ADD_LONG =
            bind("percpu_floor_add_long", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle ADD_DOUBLE = bind(
            "percpu_floor_add_double", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle OBSERVE_LONG = bind(
            "percpu_floor_observe_long",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    private Floors() {}

    /** The downcall of a record, with nothing at its other end. */
    public static void empty(Region region, long offset, long amount) {
        int result;
        try {
            result = (int) EMPTY.invokeExact(region.address, offset, amount);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        Reference.reachabilityFence(region);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /** Adds {@code amount} to a cell {@code n} times. */
    public static void addLong(Region region, long offset, long amount, long n) {
        try {
            check((long) ADD_LONG.invokeExact(region.address, offset, amount, n), n);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        Reference.reachabilityFence(region);
    }

    /** The same in a region of doubles. */
    public static void addDouble(Region region, long offset, double amount, long n) {
        try {
            check((long) ADD_DOUBLE.invokeExact(region.address, offset, Double.doubleToRawLongBits(amount), n), n);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        Reference.reachabilityFence(region);
    }

    /** Records {@code n} amounts in a group: a pseudo-random sequence that starts at {@code seed}. */
    public static void observeLong(Region region, long offset, BucketIndex buckets, long seed, long n) {
        try {
            check((long) OBSERVE_LONG.invokeExact(region.address, offset, buckets.address, seed, n), n);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        Reference.reachabilityFence(buckets);
        Reference.reachabilityFence(region);
    }

    private static void check(long done, long wanted) {
        if (done != wanted) {
            throw new IllegalStateException("the loop of " + wanted + " records returned " + done);
        }
    }

    @SuppressWarnings("restricted") // what this package is for
    private static MethodHandle bind(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        return Linker.nativeLinker().downcallHandle(NativeLibrary.symbols().findOrThrow(name), descriptor, options);
    }
}
