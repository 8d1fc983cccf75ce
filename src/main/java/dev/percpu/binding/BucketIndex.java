package dev.percpu.binding;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * A native index that finds the bucket of an amount. Groups of cells with equal bounds share one index. Immutable and thread-safe.
 *
 * <p>Its native memory is freed when this object is unreachable.
 */
public final class BucketIndex {
    /** The index of a group with one bucket for all amounts. */
    public static final BucketIndex NONE = new BucketIndex(MemorySegment.NULL);

    /** Largest number of upper bounds; {@code PERCPU_MAX_BOUNDS} in {@code layout.h}. */
    static final int MAX_BOUNDS = 4095;

    /** Alignment of the index: a cache line, in bytes. */
    private static final int ALIGNMENT = 64;

    /** Keeps the memory of {@link #address} reachable. */
    private final MemorySegment memory;

    final long address;

    private BucketIndex(MemorySegment memory) {
        this.memory = memory;
        this.address = memory.address();
    }

    /**
     * Builds the index of integer amounts.
     *
     * @param bounds inclusive upper bounds, each at least 0 and larger than the one before; at most 4095
     * @throws IllegalArgumentException if a bound is out of range or not larger than the bound before it
     */
    public static BucketIndex ofLongs(long... bounds) {
        // A copy: the caller could change the array between the two native calls that read it.
        return bounds.length == 0 ? NONE : build(bounds.clone(), SumKind.LONG);
    }

    /**
     * Builds the index of double amounts.
     *
     * @param bounds inclusive upper bounds, each finite, at least 0 and larger than the one before; at most 4095
     * @throws IllegalArgumentException if a bound is out of range or not larger than the bound before it
     */
    public static BucketIndex ofDoubles(double... bounds) {
        long[] bits = new long[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            bits[i] = Double.doubleToRawLongBits(bounds[i]);
        }
        return bounds.length == 0 ? NONE : build(bits, SumKind.DOUBLE);
    }

    private static BucketIndex build(long[] bounds, SumKind kind) {
        if (bounds.length > MAX_BOUNDS) {
            throw new IllegalArgumentException(
                    "the number of bucket bounds must be at most " + MAX_BOUNDS + ", but was " + bounds.length);
        }
        NativeFunctions functions = PercpuLibrary.functions();
        long bytes = functions.percpu_buckets_size(bounds, bounds.length, kind.ordinal());
        if (bytes < 0) {
            throw new IllegalArgumentException(
                    "bucket bounds must be at least 0 and strictly ascending, but were " + text(bounds, kind));
        }
        MemorySegment memory = Arena.ofAuto().allocate(bytes, ALIGNMENT);
        int error = functions.percpu_buckets_init(memory.address(), bounds, bounds.length, kind.ordinal());
        if (error != 0) {
            throw new IllegalStateException(
                    "building the native index of " + bounds.length + " bucket bounds failed with errno " + -error);
        }
        return new BucketIndex(memory);
    }

    private static String text(long[] bounds, SumKind kind) {
        return kind == SumKind.LONG
                ? Arrays.toString(bounds)
                : Arrays.toString(
                        Arrays.stream(bounds).mapToDouble(kind::toDouble).toArray());
    }

    /**
     * Returns the index of an amount's bucket, for tests.
     *
     * @param amount a long, or the raw bits of a double
     */
    int indexOf(long amount) {
        int index = PercpuLibrary.functions().percpu_buckets_index(address, amount);
        Reference.reachabilityFence(memory);
        return index;
    }

    @Override
    public String toString() {
        return "buckets at 0x" + Long.toHexString(address);
    }
}
