package dev.percpu.binding;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/**
 * Writes to the shards of other CPUs, to simulate a machine with more CPUs than this one.
 *
 * <p>Not thread-safe: no thread may record into the region during a call.
 */
public final class RegionMemory {
    // struct percpu_region in layout.h: offsets of the address of shard 0, and of one byte per shard that is 1 after
    // the first record.
    private static final long SHARDS = 0;
    private static final long USED = 64;

    private RegionMemory() {}

    /** Copies the first {@code bytes} bytes of one per-CPU shard to another. */
    @SuppressWarnings("restricted") // this package handles native addresses
    public static void copyShard(Region region, int from, int to, long bytes) {
        if (from < 0 || to < 0 || from >= region.shards() || to >= region.shards() || bytes > region.strideBytes()) {
            throw new IndexOutOfBoundsException("shards must be less than " + region.shards() + " and bytes at most "
                    + region.strideBytes() + ", but were " + from + ", " + to + " and " + bytes);
        }
        MemorySegment header = MemorySegment.ofAddress(region.address).reinterpret(USED + region.shards() + 1);
        MemorySegment shards = MemorySegment.ofAddress(header.get(ValueLayout.JAVA_LONG, SHARDS))
                .reinterpret(region.strideBytes() * region.shards());
        MemorySegment.copy(shards, region.strideBytes() * from, shards, region.strideBytes() * to, bytes);
        header.set(ValueLayout.JAVA_BYTE, USED + to, (byte) 1);
        Reference.reachabilityFence(region);
    }
}
