package dev.percpu.binding;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * The datagrams of one receive call, in native memory that the next call overwrites. Not thread-safe.
 *
 * <p>The memory starts with one header of 16 bytes per packet: its length in bytes (32 bits), its flags (32 bits), and its sender (64
 * bits). The packets follow, in slots of equal size. {@link #PADDING} bytes after each packet are readable, so that a parser may read whole
 * words past its end.
 *
 * <p>The addresses that the kernel gets are in memory of the same allocation, which no offset reaches.
 */
public final class PacketBatch {
    private static final ValueLayout.OfLong WORD = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @SuppressWarnings("restricted") // every access is checked against the bounds of the batch
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Number of readable bytes after each packet. Their content is undefined. */
    public static final int PADDING = 64;

    /** Largest number of packets of a batch. */
    public static final int MAX_CAPACITY = 256;

    /** Flag of a packet that was longer than its slot. The rest of it is lost. */
    static final int TRUNCATED = 1;

    // Offsets in struct percpu_packet, and its size.
    static final int FLAGS_OFFSET = 4;
    static final int SENDER_OFFSET = 8;
    static final int HEADER_BYTES = 16;

    // Bytes that percpu_batch_size() returns at most.
    private static final int CONTROL_BYTES = 64;
    private static final int CONTROL_BYTES_PER_PACKET = 128;

    /** The argument of {@code percpu_receive}, prepared at the first use. */
    private final MemorySegment control;

    private final MemorySegment memory;

    /** Address of the memory, which is freed only after this object is unreachable. */
    private final long address;

    /** Number of offsets at which a word can be read. */
    private final long words;

    private final int capacity;
    private final int packetBytes;
    private final int firstSlot;
    private int count;
    private boolean prepared;

    /**
     * Allocates memory for packets: about 144 bytes for each, and its slot.
     *
     * @param capacity largest number of packets, 1 to 256
     * @param packetBytes largest length of a packet, in bytes: a multiple of 64, 64 to 65,536
     * @throws IllegalArgumentException if a number is out of its range
     */
    public PacketBatch(int capacity, int packetBytes) {
        if (capacity < 1 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException("capacity must be 1 to " + MAX_CAPACITY + ", but was " + capacity);
        }
        if (packetBytes < 64 || packetBytes > 65_536 || packetBytes % 64 != 0) {
            throw new IllegalArgumentException(
                    "packetBytes must be a multiple of 64 from 64 to 65536, but was " + packetBytes);
        }
        this.capacity = capacity;
        this.packetBytes = packetBytes;
        this.firstSlot = (capacity * HEADER_BYTES + 63) & -64;
        long controlBytes = CONTROL_BYTES + (long) capacity * CONTROL_BYTES_PER_PACKET;
        long bytes = controlBytes + firstSlot + (long) capacity * (packetBytes + PADDING);
        // No arena that can be closed: then a read could end the process.
        MemorySegment all = Arena.ofAuto().allocate(bytes, 64);
        this.control = all.asSlice(0, controlBytes);
        this.memory = all.asSlice(controlBytes);
        this.address = memory.address();
        this.words = memory.byteSize() - (Long.BYTES - 1);
    }

    /** Returns the argument of {@code percpu_receive}. */
    MemorySegment control() {
        if (!prepared) {
            prepare();
        }
        return control;
    }

    private void prepare() {
        NativeFunctions functions = PercpuLibrary.functions();
        long bytes = functions.percpu_batch_size(capacity);
        if (bytes < 0 || bytes > control.byteSize()) {
            throw new AssertionError("control memory of " + capacity + " packets must have " + bytes
                    + " bytes, but had " + control.byteSize());
        }
        control.fill((byte) 0);
        int error = functions.percpu_batch_init(
                control.address(),
                memory.address(),
                memory.address() + firstSlot,
                capacity,
                packetBytes,
                packetBytes + PADDING);
        if (error != 0) {
            throw new AssertionError("percpu_batch_init must return 0, but returned " + error);
        }
        prepared = true;
    }

    /** Sets the number of packets that a receive call has stored. */
    void received(int packets) {
        count = packets;
    }

    /** Returns the number of packets of the last receive call. */
    public int count() {
        return count;
    }

    /**
     * Returns 8 bytes, the first one in the lowest bits. One comparison checks the bounds: a parser reads few bytes at a time, and the checks
     * of a {@link MemorySegment} take as long as the reads.
     *
     * @param offset of any alignment
     * @throws IndexOutOfBoundsException if a byte is outside of the memory
     */
    public long word(long offset) {
        return ALL.get(WORD, address + Objects.checkIndex(offset, words));
    }

    /**
     * Returns a byte, 0 to 255.
     *
     * @throws IndexOutOfBoundsException if the byte is in the last 7 bytes of the memory, which are padding, or outside of it
     */
    public int unsignedByte(long offset) {
        return ALL.get(JAVA_BYTE, address + Objects.checkIndex(offset, words)) & 0xff;
    }

    /**
     * Returns a copy of bytes.
     *
     * @param end offset behind the last byte
     * @throws IndexOutOfBoundsException if a byte is outside of the memory
     */
    public byte[] bytes(long offset, long end) {
        return memory.asSlice(offset, end - offset).toArray(JAVA_BYTE);
    }

    /** Writes a line feed behind a packet, where a parser of lines can stop. */
    public void endWithLineFeed(int packet) {
        memory.set(JAVA_BYTE, start(packet) + length(packet), (byte) '\n');
    }

    /** Returns the offset of the first byte of a packet. */
    public long start(int packet) {
        return firstSlot + (long) packet * (packetBytes + PADDING);
    }

    /**
     * Returns the offset behind the packet that contains an offset, or that ends there.
     *
     * @throws IndexOutOfBoundsException if no slot contains the offset
     */
    public long endOfPacketAt(long offset) {
        int packet = Objects.checkIndex((int) ((offset - firstSlot) / (packetBytes + PADDING)), capacity);
        return start(packet) + length(packet);
    }

    /** Returns the length of a packet, in bytes. */
    public int length(int packet) {
        return memory.get(JAVA_INT, (long) packet * HEADER_BYTES);
    }

    /** Returns whether a packet was longer than its slot, so that its rest is lost. */
    public boolean isTruncated(int packet) {
        return (memory.get(JAVA_INT, (long) packet * HEADER_BYTES + FLAGS_OFFSET) & TRUNCATED) != 0;
    }

    /** Returns a number that identifies the sender of a packet: a host for UDP, a process for a Unix socket; 0 if it is unknown. */
    public long sender(int packet) {
        return memory.get(JAVA_LONG, (long) packet * HEADER_BYTES + SENDER_OFFSET);
    }

    /** Removes all packets. */
    public void clear() {
        count = 0;
    }

    /**
     * Appends a packet, as a receive call does.
     *
     * @param packet bytes; those beyond the size of a slot are cut off
     * @throws IllegalStateException if the batch is full
     */
    public void add(byte[] packet, long sender) {
        if (count == capacity) {
            throw new IllegalStateException("batch must have less than " + capacity + " packets, but was full");
        }
        int length = Math.min(packet.length, packetBytes);
        long header = (long) count * HEADER_BYTES;
        MemorySegment.copy(packet, 0, memory, JAVA_BYTE, start(count), length);
        memory.set(JAVA_INT, header, length);
        memory.set(JAVA_INT, header + FLAGS_OFFSET, length < packet.length ? TRUNCATED : 0);
        memory.set(JAVA_LONG, header + SENDER_OFFSET, sender);
        count++;
    }
}
