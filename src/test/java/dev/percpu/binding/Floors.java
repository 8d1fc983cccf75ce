package dev.percpu.binding;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.file.Path;

/**
 * The floors that benchmarks compare record calls with: a critical downcall that does nothing, and C loops around the record calls of the
 * variant {@code libc}. They are in {@code libpercpu-bench.so}, a library of its own, which is built here when it is stale.
 */
public final class Floors {
    private static final Path SOURCES = Path.of("src/test/native");
    private static final Path OUT = Path.of("target/native-test");

    private static final SymbolLookup SYMBOLS = load();

    private static final MethodHandle EMPTY = bind(
            "percpu_empty",
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.critical(false));
    private static final MethodHandle ADD = bind(
            "percpu_floor_add",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle OBSERVE = bind(
            "percpu_floor_observe",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    private static final MethodHandle OBSERVE_GROUPS = bind(
            "percpu_floor_observe_groups",
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    private static final long ADD_LONG = recordCall("percpu_add_long__libc");
    private static final long ADD_DOUBLE = recordCall("percpu_add_double__libc");
    private static final long OBSERVE_LONG = recordCall("percpu_observe_long__libc");

    private Floors() {}

    /** Makes the downcall of a record to a function that does nothing. */
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
            check((long) ADD.invokeExact(ADD_LONG, region.address, offset, amount, n), n);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        Reference.reachabilityFence(region);
    }

    /** Adds {@code amount} to a cell of a region of doubles {@code n} times. */
    public static void addDouble(Region region, long offset, double amount, long n) {
        try {
            long bits = Double.doubleToRawLongBits(amount);
            check((long) ADD.invokeExact(ADD_DOUBLE, region.address, offset, bits, n), n);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        Reference.reachabilityFence(region);
    }

    /** Records {@code n} amounts in a group: a pseudo-random sequence that starts at {@code seed}. */
    public static void observeLong(Region region, long offset, BucketIndex buckets, long seed, long n) {
        try {
            check((long) OBSERVE.invokeExact(OBSERVE_LONG, region.address, offset, buckets.address, seed, n), n);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        Reference.reachabilityFence(buckets);
        Reference.reachabilityFence(region);
    }

    /**
     * Does the same, each into one of many groups at random.
     *
     * @param offset offset of the first group, in bytes
     * @param groups number of groups
     * @param groupBytes size of each group
     */
    public static void observeLong(
            Region region, long offset, long groups, long groupBytes, BucketIndex buckets, long seed, long n) {
        if (offset + groups * groupBytes > region.strideBytes()) {
            throw new IllegalArgumentException(groups + " groups of " + groupBytes + " bytes must fit into a shard of "
                    + region.strideBytes() + " bytes");
        }
        try {
            long done = (long) OBSERVE_GROUPS.invokeExact(
                    OBSERVE_LONG, region.address, offset, groups, groupBytes, buckets.address, seed, n);
            check(done, n);
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

    private static long recordCall(String name) {
        return PercpuLibrary.symbols().findOrThrow(name).address();
    }

    @SuppressWarnings("restricted") // downcalls are the purpose of this package
    private static SymbolLookup load() {
        try {
            build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return SymbolLookup.libraryLookup(OUT.resolve("libpercpu-bench.so"), Arena.global());
    }

    private static void build() throws IOException, InterruptedException {
        int result = new ProcessBuilder(
                        "make", "--silent", "-C", SOURCES.toString(), "OUT=" + OUT.toAbsolutePath(), "bench")
                .inheritIO()
                .start()
                .waitFor();
        if (result != 0) {
            throw new IllegalStateException(
                    "make bench in " + SOURCES.toAbsolutePath() + " must exit with 0, but exited with " + result);
        }
    }

    @SuppressWarnings("restricted") // downcalls are the purpose of this package
    private static MethodHandle bind(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        return Linker.nativeLinker().downcallHandle(SYMBOLS.findOrThrow(name), descriptor, options);
    }
}
