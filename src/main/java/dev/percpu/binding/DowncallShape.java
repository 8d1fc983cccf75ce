package dev.percpu.binding;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The shape of a downcall: the types of its arguments and of its result. Immutable and thread-safe.
 *
 * <p>The JDK generates code for each shape when it is first linked, and keeps it for all functions of that shape. The first shape of a process
 * takes long, because the JDK loads and generates more than 100 classes for it.
 */
public final class DowncallShape {
    private static final Linker.Option[] CRITICAL = {Linker.Option.critical(false)};
    private static final Linker.Option[] ORDINARY = {};
    private static final AtomicBoolean STARTED = new AtomicBoolean();

    /** Region and offset of a cell, and an amount. */
    static final DowncallShape ADD = new DowncallShape(3, CRITICAL);

    /** Region, offset and buckets of a group, and an amount. */
    static final DowncallShape OBSERVE = new DowncallShape(4, CRITICAL);

    /** The same, and a count. */
    static final DowncallShape OBSERVE_N = new DowncallShape(5, CRITICAL);

    /** A region. */
    static final DowncallShape DESTROY = new DowncallShape(1, ORDINARY);

    private final FunctionDescriptor descriptor;
    private final Linker.Option[] options;

    private DowncallShape(int arguments, Linker.Option... options) {
        MemoryLayout[] layouts = new MemoryLayout[arguments];
        Arrays.fill(layouts, JAVA_LONG);
        this.descriptor = FunctionDescriptor.of(JAVA_INT, layouts);
        this.options = options;
    }

    /** Returns a handle that calls a function. All arguments are longs, and the result is an int. */
    @SuppressWarnings("restricted") // this package makes the downcalls
    MethodHandle link(MemorySegment function) {
        return Linker.nativeLinker().downcallHandle(function, descriptor, options);
    }

    /** Returns code that calls a function of one argument with a region, and ignores the segment. It has no class of this library. */
    @SuppressWarnings("unchecked") // the method handle ignores its argument
    static Consumer<MemorySegment> callWith(long region, MethodHandle function) {
        MethodHandle call = MethodHandles.insertArguments(function, 0, region);
        return MethodHandleProxies.asInterfaceInstance(
                Consumer.class, MethodHandles.dropArguments(call, 0, MemorySegment.class));
    }

    /**
     * Starts to link all shapes, in a thread of its own, at the first call in this process. It needs no settings and does not load the native
     * library, so a framework can call it first of all. Where this project has no library for the system, it does nothing.
     *
     * <p>Throws nothing: if linking fails, the first registry fails for the same reason, and reports it.
     *
     * @return whether this call started the thread
     */
    public static boolean linkInBackground() {
        boolean needed = LibraryFile.existsFor(System.getProperty("os.name"), System.getProperty("os.arch"));
        if (!needed || STARTED.getAndSet(true)) {
            return false;
        }
        NeutralThread.start("percpu-linker", DowncallShape::linkAll);
        return true;
    }

    @SuppressWarnings("restricted") // this package makes the downcalls
    private static void linkAll() {
        try {
            // The first that a registry needs. For it the JDK generates a proxy, too; this one is not called.
            MethodHandle destroy = Linker.nativeLinker().downcallHandle(DESTROY.descriptor, DESTROY.options);
            var _ = callWith(0, destroy.bindTo(MemorySegment.ofAddress(1)));
            for (DowncallShape shape : new DowncallShape[] {ADD, OBSERVE, OBSERVE_N}) {
                var _ = Linker.nativeLinker().downcallHandle(shape.descriptor, shape.options);
            }
        } catch (RuntimeException | LinkageError e) {
            // The bindings fail for the same reason.
        }
    }
}
