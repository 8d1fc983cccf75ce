package dev.percpu.ingest.statsd;

/**
 * The decision of a receiver whether to sleep before its next receive call. Not thread-safe.
 *
 * <p>A thread that the kernel wakes for each burst uses about twice the CPU time per packet of one that sleeps and then receives many packets.
 * At low rates a sleep saves nothing, so the receiver waits in the kernel.
 */
final class Coalescing {
    static final long MIN_SLEEP_NANOS = 100_000;
    static final long MAX_SLEEP_NANOS = 500_000;

    /** The rate is measured over intervals of this length or longer. */
    private static final long INTERVAL_NANOS = MAX_SLEEP_NANOS;

    /** Packets in an interval from which on the receiver sleeps. */
    private static final int MIN_PACKETS = 64;

    /** Packets that a receive call should find. */
    private static final int GOAL_PACKETS = 192;

    /** Memory of the kernel for a packet beside twice its bytes. */
    private static final int KERNEL_BYTES_PER_PACKET = 1_280;

    private final int capacity;
    private final long bufferBytes;
    private long intervalStart;
    private long packets;
    private long bytes;
    private long sleepNanos;

    /**
     * @param capacity largest number of packets of a receive call
     * @param bufferBytes size of the receive buffer
     * @param nowNanos monotonic time
     */
    Coalescing(int capacity, long bufferBytes, long nowNanos) {
        this.capacity = capacity;
        this.bufferBytes = bufferBytes;
        this.intervalStart = nowNanos;
    }

    /**
     * Adds the result of a receive call, and returns the time to sleep before the next one, in nanoseconds; 0 for none.
     *
     * @param received packets of the call
     * @param receivedBytes bytes of the packets
     * @param nowNanos monotonic time
     */
    long add(int received, long receivedBytes, long nowNanos) {
        packets += received;
        bytes += receivedBytes;
        long elapsed = nowNanos - intervalStart;
        if (elapsed >= INTERVAL_NANOS) {
            sleepNanos = sleep(elapsed);
            intervalStart = nowNanos;
            packets = 0;
            bytes = 0;
        }
        return received < capacity ? sleepNanos : 0;
    }

    private long sleep(long elapsed) {
        if (packets * INTERVAL_NANOS < MIN_PACKETS * elapsed) {
            return 0;
        }
        long perPacket = elapsed / packets;
        long wanted = Math.clamp(GOAL_PACKETS * perPacket, MIN_SLEEP_NANOS, MAX_SLEEP_NANOS);
        // At most half of the buffer may fill up meanwhile.
        long perByte = 2 * bytes + packets * KERNEL_BYTES_PER_PACKET;
        long limit = (long) ((double) bufferBytes / 2 / perByte * elapsed);
        return limit < MIN_SLEEP_NANOS ? 0 : Math.min(wanted, limit);
    }
}
