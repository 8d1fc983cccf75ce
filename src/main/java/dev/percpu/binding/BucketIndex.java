package dev.percpu.binding;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * The native index from an amount to its bucket, built once for equal bounds. Immutable, thread-safe; its memory lives as long as this
 * object is reachable.
 */
public final class BucketIndex {
    /** A group of one bucket that takes every amount. */
    public static final BucketIndex NONE = new BucketIndex(MemorySegment.NULL);

    /** Upper bounds that the native side takes at most. */
    public static final int MAX_BOUNDS = 4095;

    /** Kept reachable for its arena. */
    private final MemorySegment memory;

    final long address;

    private BucketIndex(MemorySegment memory) {
        this.memory = memory;
        this.address = memory.address();
    }

    /** For whole amounts; bounds inclusive, strictly ascending, at least 0. */
    public static BucketIndex ofLongs(long... bounds) {
        return bounds.length == 0 ? NONE : build(bounds, SumKind.LONG);
    }

    /** For doubles; bounds inclusive, strictly ascending, finite, at least 0. */
    public static BucketIndex ofDoubles(double... bounds) {
        return bounds.length == 0
                ? NONE
                : build(
                        Arrays.stream(bounds)
                                .mapToLong(Double::doubleToRawLongBits)
                                .toArray(),
                        SumKind.DOUBLE);
    }

    private static BucketIndex build(long[] bounds, SumKind kind) {
        if (bounds.length > MAX_BOUNDS) {
            throw new IllegalArgumentException(
                    bounds.length + " bucket bounds are too many: at most " + MAX_BOUNDS + " are allowed");
        }
        ControlCalls.Functions functions = ControlCalls.functions();
        long bytes = functions.percpu_buckets_size(bounds, bounds.length, kind.ordinal());
        if (bytes < 0) {
            throw new IllegalArgumentException(
                    "bucket bounds must be at least 0 and strictly ascending: " + Arrays.toString(bounds));
        }
        MemorySegment memory = Arena.ofAuto().allocate(bytes, 64);
        int error = functions.percpu_buckets_init(memory.address(), bounds, bounds.length, kind.ordinal());
        if (error != 0) {
            throw new IllegalStateException("the native index of " + bounds.length + " bucket bounds failed: " + error);
        }
        return new BucketIndex(memory);
    }

    /** The bucket of a whole amount, or of the raw bits of a double; for tests. */
    int indexOf(long amount) {
        int index = ControlCalls.functions().percpu_buckets_index(address, amount);
        Reference.reachabilityFence(memory);
        return index;
    }

    @Override
    public String toString() {
        return "buckets at 0x" + Long.toHexString(address);
    }
}
