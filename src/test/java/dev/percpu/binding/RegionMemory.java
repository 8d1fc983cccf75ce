package dev.percpu.binding;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/** Writes where only other CPUs write: a machine of many CPUs can be had on a small one by that. For regions nobody records into. */
public final class RegionMemory {
    /** As in {@code layout.h}: where the header of a region has the address of shard 0, and the byte of each shard that was written. */
    private static final long SHARDS = 0;

    private static final long USED = 64;

    private RegionMemory() {}

    /** Makes one per-CPU shard equal to another, up to that offset. */
    @SuppressWarnings("restricted") // what this package is for
    public static void copyShard(Region region, int from, int to, long bytes) {
        if (from < 0 || to < 0 || from >= region.shards() || to >= region.shards() || bytes > region.strideBytes()) {
            throw new IndexOutOfBoundsException("shard " + from + " to " + to + ", " + bytes + " bytes of " + region);
        }
        MemorySegment header = MemorySegment.ofAddress(region.address).reinterpret(USED + region.shards() + 1);
        MemorySegment shards = MemorySegment.ofAddress(header.get(ValueLayout.JAVA_LONG, SHARDS))
                .reinterpret(region.strideBytes() * region.shards());
        MemorySegment.copy(shards, region.strideBytes() * from, shards, region.strideBytes() * to, bytes);
        header.set(ValueLayout.JAVA_BYTE, USED + to, (byte) 1);
        Reference.reachabilityFence(region);
    }
}
