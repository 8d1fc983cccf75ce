package dev.percpu.bench.ingest;

/**
 * A measurement of one receiver under load.
 *
 * @param round number of the round
 * @param packets packets that the receiver got
 * @param samples samples in these packets
 * @param lostPackets packets that the kernel dropped, because the buffer of the receiver's socket was full
 * @param cpuNanos CPU time of all threads of the receiver, without what it uses when it is idle
 */
record Window(int round, long packets, long samples, long lostPackets, double cpuNanos) {
    double nanosPerSample() {
        return cpuNanos / samples;
    }

    double nanosPerPacket() {
        return cpuNanos / packets;
    }
}
