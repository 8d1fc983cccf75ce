package dev.percpu.binding;

import com.sun.jna.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;

/**
 * One reserved mapping: a shard for each CPU and the shared shard; {@code layout.h} has the drawing. Thread-safe.
 *
 * <p>The mapping lives as long as this object is reachable, so whoever records holds it. Arguments that are out of range cannot reach
 * outside of the mapping.
 */
public final class Region {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final int AT_PAGESZ = 6;
    private static final int PAGE_BYTES = (int) Libc.auxv(AT_PAGESZ);

    final long address;
    private final int shards;
    private final int strideShift;
    private final SumKind sumKind;

    private Region(long address, int shards, int strideShift, SumKind sumKind) {
        this.address = address;
        this.shards = shards;
        this.strideShift = strideShift;
        this.sumKind = sumKind;
    }

    /**
     * Reserves address space; memory comes with the first record into each page.
     *
     * @param shards per-CPU shards, 1 to 8192; one shared shard comes on top
     * @param strideShift log2 of the bytes of a shard, 16 to 40
     * @param indexOffset of the shard index in struct rseq: 4 (cpu_id) or 24 (mm_cid)
     * @throws ReservationRefusedException if the kernel did not grant it
     */
    public static Region reserve(int shards, int strideShift, SumKind sumKind, int indexOffset) {
        try (Memory out = new Memory(8)) {
            int error = ControlCalls.functions()
                    .percpu_region_create(shards, strideShift, sumKind.ordinal(), indexOffset, out);
            if (error != 0) {
                throw new ReservationRefusedException(shards, strideShift, -error);
            }
            Region region = new Region(out.getLong(0), shards, strideShift, sumKind);
            long address = region.address;
            CLEANER.register(region, () -> ControlCalls.functions().percpu_region_destroy(address));
            return region;
        }
    }

    /** Number of per-CPU shards, which is also the number of the shared shard. */
    public int shards() {
        return shards;
    }

    /** Bytes from one shard to the next, and so the end of the cells of each. */
    public long strideBytes() {
        return 1L << strideShift;
    }

    public SumKind sumKind() {
        return sumKind;
    }

    /** Offset of the first cell in every shard, bytes. */
    public long firstCell() {
        long offset = ControlCalls.functions().percpu_region_first_cell(address);
        Reference.reachabilityFence(this);
        return offset;
    }

    /** Address space, bytes. */
    public long reservedBytes() {
        long bytes = ControlCalls.functions().percpu_region_reserved(address);
        Reference.reachabilityFence(this);
        return bytes;
    }

    /** Of it, bytes that are in memory now (mincore(2)). */
    public long residentBytes() {
        long bytes = ControlCalls.functions().percpu_region_resident(address, PAGE_BYTES);
        Reference.reachabilityFence(this);
        return Math.max(bytes, 0);
    }

    /** Sections of this shard that were restarted, since the reservation. */
    public long restarts(int shard) {
        long restarts = ControlCalls.functions().percpu_shard_restarts(address, shard);
        Reference.reachabilityFence(this);
        if (restarts < 0) {
            throw new IndexOutOfBoundsException("shard " + shard + " is not one of 0 to " + shards);
        }
        return restarts;
    }

    /** Records of any kind that went to the shared shard because no per-CPU shard could take them. */
    public long sharedRecords() {
        long records = ControlCalls.functions().percpu_shared_records(address);
        Reference.reachabilityFence(this);
        return records;
    }

    /** Adds up the cells at [from, to) of all shards, the shared one included. See the other overload. */
    public void sum(long from, long to, MemorySegment out) {
        sum(0, shards + 1, from, to, out);
    }

    /**
     * Adds up the cells at [from, to) of the shards [first, last), while they are written.
     *
     * @param from multiple of 16, at least {@link #firstCell()}
     * @param to multiple of 16, at most {@link #strideBytes()}
     * @param out native memory of at least to - from bytes: per cell the sums of its first and of its second word
     * @throws IndexOutOfBoundsException if there are no such cells or shards
     * @throws IllegalArgumentException if that memory cannot take the sums
     */
    public void sum(int first, int last, long from, long to, MemorySegment out) {
        if (to < from) {
            throw new IllegalArgumentException("cells [" + from + ", " + to + ") end before they begin");
        }
        requireNative(out, to - from, "the sums of cells [" + from + ", " + to + ")");
        int error = ControlCalls.functions().percpu_sum(address, first, last, from, to, out.address());
        Reference.reachabilityFence(this);
        Reference.reachabilityFence(out);
        if (error != 0) {
            throw notInside("cells [" + from + ", " + to + ")", first, last);
        }
    }

    /**
     * The same for many ranges of the same size, wherever they are.
     *
     * @param offsets native memory: where each begins, a multiple of 16 in 8 bytes
     * @param bytes of each, a multiple of 16
     * @param out native memory, where the sums of one range go after those of the other
     * @throws IndexOutOfBoundsException if one of them is not inside, or there are no such shards
     * @throws IllegalArgumentException if that memory cannot be read, or cannot take the sums
     */
    public void sumRanges(int first, int last, MemorySegment offsets, long bytes, MemorySegment out) {
        long count = offsets.byteSize() / Long.BYTES;
        if (bytes < 0 || bytes > strideBytes()) {
            throw new IllegalArgumentException("a range has 0 to " + strideBytes() + " bytes, not " + bytes);
        }
        String ranges = count + " ranges of " + bytes + " bytes";
        requireNative(offsets, 0, ranges);
        boolean tooMany = bytes > 0 && count > Long.MAX_VALUE / bytes;
        requireNative(out, tooMany ? Long.MAX_VALUE : count * bytes, "the sums of " + ranges);
        int error = ControlCalls.functions()
                .percpu_sum_ranges(address, first, last, count, offsets.address(), bytes, out.address());
        Reference.reachabilityFence(this);
        Reference.reachabilityFence(offsets);
        Reference.reachabilityFence(out);
        if (error != 0) {
            throw notInside(ranges, first, last);
        }
    }

    private IndexOutOfBoundsException notInside(String cells, int first, int last) {
        return new IndexOutOfBoundsException(cells + " of shards [" + first + ", " + last + ") are not inside ["
                + firstCell() + ", " + strideBytes() + ") of " + (shards + 1) + " shards");
    }

    private static void requireNative(MemorySegment memory, long bytes, String what) {
        if (!memory.isNative() || !memory.scope().isAlive() || memory.isReadOnly() || memory.byteSize() < bytes) {
            throw new IllegalArgumentException(what + " need " + bytes + " bytes of native memory, not " + memory);
        }
    }

    /**
     * Takes the maximum of a group out of every shard, leaving 0.
     *
     * @return the largest, a long or the raw bits of a double; 0 if none was recorded since the last call
     */
    public long drainMax(long group, int buckets) {
        long max = ControlCalls.functions().percpu_drain_max(address, group, buckets);
        Reference.reachabilityFence(this);
        return max;
    }

    /**
     * The same for many groups at once.
     *
     * @param groups native memory: per group its offset and its number of buckets, 8 bytes each
     * @param out native memory of 8 bytes per group, where the largest of each goes
     */
    public void drainMaxima(MemorySegment groups, MemorySegment out) {
        long count = groups.byteSize() / (2 * Long.BYTES);
        String maxima = "the maxima of " + count + " groups";
        requireNative(groups, 0, maxima);
        requireNative(out, count * Long.BYTES, maxima);
        ControlCalls.functions().percpu_drain_maxima(address, count, groups.address(), out.address());
        Reference.reachabilityFence(this);
        Reference.reachabilityFence(groups);
        Reference.reachabilityFence(out);
    }

    /** Sets cells to zero that no thread can record into any more. */
    public void clear(long from, long to) {
        int error = ControlCalls.functions().percpu_clear(address, from, to);
        Reference.reachabilityFence(this);
        if (error != 0) {
            throw new IndexOutOfBoundsException("cells [" + from + ", " + to + ") are not inside the region");
        }
    }

    @Override
    public String toString() {
        return "region at 0x" + Long.toHexString(address);
    }
}
