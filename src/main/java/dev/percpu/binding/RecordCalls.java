package dev.percpu.binding;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * The record calls: one critical downcall each, no JNA, no allocation.
 *
 * <p>Which of the native variants is called (area at a constant offset from the thread pointer, area behind a pointer, atomics) is fixed
 * when this class is initialised, that is after {@link ControlCalls#fixMode}: the handles are constants to the JIT. Thread-safe, for platform
 * and virtual threads: a critical downcall does not unmount, and the section reads the CPU of the carrier that runs it.
 *
 * <p>What the JIT makes of a call, of which nothing can be taken away: it loads the fields of the {@link CellHandle}, which is why they are
 * in one object, calls the linker's stub, which moves the arguments to where C wants them, and compares the result with 0. An empty downcall
 * has the same, so that a record costs little more than its section.
 *
 * <p>A record is visible to {@link Region#sum} on another thread at the latest when that thread has synchronised with this one.
 */
public final class RecordCalls {
    private static final FunctionDescriptor ADD = descriptor(3);
    private static final FunctionDescriptor OBSERVE = descriptor(4);

    private static final String VARIANT = variant();
    private static final MethodHandle ADD_LONG = bind("percpu_add_long", ADD);
    private static final MethodHandle ADD_DOUBLE = bind("percpu_add_double", ADD);
    private static final MethodHandle OBSERVE_LONG = bind("percpu_observe_long", OBSERVE);
    private static final MethodHandle OBSERVE_DOUBLE = bind("percpu_observe_double", OBSERVE);

    private RecordCalls() {}

    /** Adds a whole amount to the first word of a cell. */
    public static void addLong(CellHandle point, long amount) {
        int result;
        try {
            result = (int) ADD_LONG.invokeExact(point.region, point.offset, amount);
        } catch (Throwable e) {
            throw impossible(e);
        }
        Reference.reachabilityFence(point);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /** Adds a double to the second word of a cell of a region of doubles. */
    public static void addDouble(CellHandle point, double amount) {
        int result;
        try {
            result = (int) ADD_DOUBLE.invokeExact(point.region, point.offset, Double.doubleToRawLongBits(amount));
        } catch (Throwable e) {
            throw impossible(e);
        }
        Reference.reachabilityFence(point);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /**
     * Records one observation in a group: its bucket's {count, sum} by one store, before that the group's maximum.
     *
     * @param point in a region of whole sums
     * @param amount at least 0
     */
    public static void observeLong(CellHandle point, long amount) {
        int result;
        try {
            result = (int) OBSERVE_LONG.invokeExact(point.region, point.offset, point.buckets, amount);
        } catch (Throwable e) {
            throw impossible(e);
        }
        Reference.reachabilityFence(point);
        if (result != ControlCalls.RECORDED) {
            ControlCalls.registerThread();
        }
    }

    /** Like {@link #observeLong} in a region of doubles. */
    public static void observeDouble(CellHandle point, double amount) {
        int result;
        try {
            result = (int) OBSERVE_DOUBLE.invokeExact(
                    point.region, point.offset, point.buckets, Double.doubleToRawLongBits(amount));
        } catch (Throwable e) {
            throw impossible(e);
        }
        Reference.reachabilityFence(point);
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

    private static FunctionDescriptor descriptor(int arguments) {
        MemoryLayout[] layouts = new MemoryLayout[arguments];
        Arrays.fill(layouts, JAVA_LONG);
        return FunctionDescriptor.of(JAVA_INT, layouts);
    }

    @SuppressWarnings("restricted") // what this package is for
    private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker()
                .downcallHandle(
                        NativeLibrary.symbols().findOrThrow(name + "__" + VARIANT),
                        descriptor,
                        Linker.Option.critical(false));
    }

    private static AssertionError impossible(Throwable e) {
        if (e instanceof Error error) {
            throw error; // a stack that is full, for instance: nothing was recorded
        }
        return new AssertionError("a downcall with matching types does not throw", e);
    }
}
