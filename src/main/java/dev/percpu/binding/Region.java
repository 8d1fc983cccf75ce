package dev.percpu.binding;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * A native memory mapping with one shard per CPU, and one shared shard as the last. {@code layout.h} draws it. Thread-safe.
 *
 * <p>The mapping is removed when this object is unreachable. An argument out of range can change no memory outside of the mapping.
 *
 * <p>All offsets are bytes from the start of a shard.
 */
public final class Region {
    private static final MethodHandle DESTROY =
            DowncallShape.DESTROY.link(PercpuLibrary.symbols().findOrThrow("percpu_region_destroy"));

    private static final int AT_PAGESZ = 6;

    /** Limits of {@code layout.h}. */
    private static final int MAX_SHARDS = 8192;

    private static final int MIN_STRIDE_SHIFT = 16;
    private static final int MAX_STRIDE_SHIFT = 40;

    /** Offsets of the fields {@code cpu_id} and {@code mm_cid} in struct rseq. */
    private static final int CPU_ID_OFFSET = 4;

    private static final int MM_CID_OFFSET = 24;
    private static final int PAGE_BYTES = (int) Libc.auxv(AT_PAGESZ);

    /** The start of the mapping. When it is unreachable, the JDK removes the mapping. */
    private final MemorySegment mapping;

    final long address;
    private final int shards;
    private final int strideShift;
    private final SumKind sumKind;

    private Region(long address, int shards, int strideShift, SumKind sumKind) {
        this.mapping = removedWhenUnreachable(address);
        this.address = address;
        this.shards = shards;
        this.strideShift = strideShift;
        this.sumKind = sumKind;
    }

    /**
     * Reserves address space. The kernel adds memory at the first record into each page.
     *
     * @param shards number of per-CPU shards, 1 to 8192; the shared shard is added to them
     * @param strideShift log2 of the bytes of a shard, 16 to 40
     * @param indexOffset offset of the shard index in struct rseq, in bytes: 4 for cpu_id, 24 for mm_cid
     * @throws IllegalArgumentException if an argument is out of range
     * @throws ReservationRefusedException if the kernel refuses the address space
     */
    public static Region reserve(int shards, int strideShift, SumKind sumKind, int indexOffset) {
        require(shards >= 1 && shards <= MAX_SHARDS, "shards must be 1 to " + MAX_SHARDS + ", but was " + shards);
        require(
                strideShift >= MIN_STRIDE_SHIFT && strideShift <= MAX_STRIDE_SHIFT,
                "strideShift must be " + MIN_STRIDE_SHIFT + " to " + MAX_STRIDE_SHIFT + ", but was " + strideShift);
        require(
                indexOffset == CPU_ID_OFFSET || indexOffset == MM_CID_OFFSET,
                "indexOffset must be " + CPU_ID_OFFSET + " or " + MM_CID_OFFSET + ", but was " + indexOffset);
        NativeFunctions functions = PercpuLibrary.functions();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(Long.BYTES, Long.BYTES);
            int error =
                    functions.percpu_region_create(shards, strideShift, sumKind.ordinal(), indexOffset, out.address());
            if (error != 0) {
                throw new ReservationRefusedException(shards, strideShift, -error);
            }
            long address = out.asByteBuffer().order(ByteOrder.nativeOrder()).getLong(0);
            return new Region(address, shards, strideShift, sumKind);
        }
    }

    /**
     * Returns a segment of a mapping that is removed when the segment is unreachable, by the cleaner that all automatic arenas share. The code
     * that removes it has no class of this library: the cleaner would keep the class loader, and with it each meter in a static field, whose
     * region would then never be unreachable.
     */
    @SuppressWarnings("restricted") // this package makes the downcalls
    private static MemorySegment removedWhenUnreachable(long address) {
        Consumer<MemorySegment> removal = DowncallShape.callWith(address, DESTROY);
        return MemorySegment.ofAddress(address).reinterpret(1, Arena.ofAuto(), removal);
    }

    private static void require(boolean allowed, String message) {
        if (!allowed) {
            throw new IllegalArgumentException(message);
        }
    }

    private static NativeFunctions functions() {
        return PercpuLibrary.functions();
    }

    /** Returns the number of per-CPU shards, which is also the index of the shared shard. */
    public int shards() {
        return shards;
    }

    /** Returns the size of a shard, in bytes. */
    public long strideBytes() {
        return 1L << strideShift;
    }

    /** Returns the type of the second word of each cell. */
    public SumKind sumKind() {
        return sumKind;
    }

    /** Returns the offset of the first cell of every shard, in bytes. */
    public long firstCell() {
        long offset = functions().percpu_region_first_cell(address);
        Reference.reachabilityFence(this);
        return offset;
    }

    /** Returns the size of the mapping, in bytes of address space. */
    public long reservedBytes() {
        long bytes = functions().percpu_region_reserved(address);
        Reference.reachabilityFence(this);
        return bytes;
    }

    /** Returns the part of the mapping that is in memory now, in bytes; see mincore(2). Returns 0 if the kernel does not report it. */
    public long residentBytes() {
        long bytes = functions().percpu_region_resident(address, PAGE_BYTES);
        Reference.reachabilityFence(this);
        return Math.max(bytes, 0);
    }

    /**
     * Returns the number of critical sections of one shard that were restarted since the reservation.
     *
     * @param shard index of the shard, 0 to {@link #shards()}
     * @throws IndexOutOfBoundsException if there is no such shard
     */
    public long restarts(int shard) {
        long restarts = functions().percpu_shard_restarts(address, shard);
        Reference.reachabilityFence(this);
        if (restarts < 0) {
            throw new IndexOutOfBoundsException("shard must be 0 to " + shards + ", but was " + shard);
        }
        return restarts;
    }

    /** Returns the number of records, additions included, in the shared shard because no section could commit them. */
    public long sharedRecords() {
        long records = functions().percpu_shared_records(address);
        Reference.reachabilityFence(this);
        return records;
    }

    /** Sums the cells at [from, to) over all shards, the shared shard included. */
    public void sum(long from, long to, MemorySegment out) {
        sum(0, shards + 1, from, to, out);
    }

    /**
     * Sums the cells at [from, to) over the shards [first, last). Threads may record into them at the same time.
     *
     * @param from offset of the first cell, a multiple of 16, at least {@link #firstCell()}
     * @param to offset after the last cell, a multiple of 16, at most {@link #strideBytes()}
     * @param out native memory of at least {@code to - from} bytes; receives, per cell, the sums of its first and of its second word
     * @throws IndexOutOfBoundsException if there are no such cells or shards
     * @throws IllegalArgumentException if {@code to} is less than {@code from}, or {@code out} is too small or not writable native memory
     */
    public void sum(int first, int last, long from, long to, MemorySegment out) {
        if (to < from) {
            throw new IllegalArgumentException("to must be at least " + from + ", but was " + to);
        }
        requireWritable(out, to - from, "out, for the sums of cells [" + from + ", " + to + "),");
        int error = functions().percpu_sum(address, first, last, from, to, out.address());
        Reference.reachabilityFence(this);
        Reference.reachabilityFence(out);
        if (error != 0) {
            throw outOfRange("[" + from + ", " + to + ")", first, last);
        }
    }

    /**
     * Sums many ranges of cells, all of the same size, over the shards [first, last). Threads may record into them at the same time.
     *
     * @param offsets native memory with the offset of each range, 8 bytes each; every offset is a multiple of 16
     * @param bytes size of each range, a multiple of 16
     * @param out native memory of at least {@code bytes} per range; receives the sums of each range, in the order of {@code offsets}
     * @throws IndexOutOfBoundsException if a range is not inside a shard, or there are no such shards
     * @throws IllegalArgumentException if {@code offsets} is not open native memory, or {@code out} is too small or not
     *     writable native memory
     */
    public void sumRanges(int first, int last, MemorySegment offsets, long bytes, MemorySegment out) {
        long count = offsets.byteSize() / Long.BYTES;
        if (bytes < 0 || bytes > strideBytes()) {
            throw new IllegalArgumentException("bytes must be 0 to " + strideBytes() + ", but was " + bytes);
        }
        requireReadable(offsets, "offsets");
        boolean overflow = bytes > 0 && count > Long.MAX_VALUE / bytes;
        requireWritable(out, overflow ? Long.MAX_VALUE : count * bytes, "out");
        int error = functions().percpu_sum_ranges(address, first, last, count, offsets.address(), bytes, out.address());
        Reference.reachabilityFence(this);
        Reference.reachabilityFence(offsets);
        Reference.reachabilityFence(out);
        if (error != 0) {
            throw outOfRange(count + " ranges of " + bytes + " bytes", first, last);
        }
    }

    private IndexOutOfBoundsException outOfRange(String cells, int first, int last) {
        return new IndexOutOfBoundsException(
                "cells must be inside [" + firstCell() + ", " + strideBytes() + ") of shards [0, " + (shards + 1)
                        + "), at multiples of 16, but were " + cells + " of shards [" + first + ", " + last + ")");
    }

    private static void requireReadable(MemorySegment memory, String what) {
        if (!memory.isNative()) {
            throw new IllegalArgumentException(what + " must be native memory, but was on the heap");
        }
        if (!memory.scope().isAlive()) {
            throw new IllegalArgumentException(what + " must be open, but its arena was closed");
        }
        if (memory.isMapped()) { // a native access beyond the end of a truncated file ends the process
            throw new IllegalArgumentException(what + " must not be a mapped file, but was one");
        }
    }

    private static void requireWritable(MemorySegment memory, long bytes, String what) {
        requireReadable(memory, what);
        if (memory.isReadOnly()) {
            throw new IllegalArgumentException(what + " must be writable, but was read-only");
        }
        if (memory.byteSize() < bytes) {
            throw new IllegalArgumentException(
                    what + " must have at least " + bytes + " bytes, but had " + memory.byteSize());
        }
    }

    /**
     * Sets the cells at [from, to) of all shards to 0. No thread may record into them during the call.
     *
     * @param from offset of the first cell, a multiple of 16
     * @param to offset after the last cell, a multiple of 16
     * @throws IndexOutOfBoundsException if there are no such cells
     */
    public void clear(long from, long to) {
        int error = functions().percpu_clear(address, from, to);
        Reference.reachabilityFence(this);
        if (error != 0) {
            throw outOfRange("[" + from + ", " + to + ")", 0, shards + 1);
        }
    }

    @Override
    public String toString() {
        return "region at 0x" + Long.toHexString(mapping.address());
    }
}
