package dev.percpu.bench.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The UDP sockets of a port, as the kernel reports them in {@code /proc/net/udp}; see proc(5).
 *
 * @param sockets number of sockets that are bound to the port
 * @param queuedBytes memory of the packets that the receiver has not taken yet
 * @param droppedPackets packets that the kernel dropped since the sockets were bound, because their buffer was full
 */
record ReceiverSocket(int sockets, long queuedBytes, long droppedPackets) {
    private static final int LOCAL_ADDRESS = 1;
    private static final int QUEUES = 4;
    private static final int INODE = 9;
    private static final int DROPS = 12;

    /** Returns the state of the sockets of a port. */
    static ReceiverSocket of(int port) throws IOException {
        return of(port, Files.readAllLines(Path.of("/proc/net/udp")));
    }

    /**
     * Returns the inode of the socket of a port.
     *
     * @throws IOException if no socket is bound to the port
     */
    static String inode(int port) throws IOException {
        String suffix = suffix(port);
        for (String line : Files.readAllLines(Path.of("/proc/net/udp"))) {
            String[] fields = line.strip().split("\\s+");
            if (fields[LOCAL_ADDRESS].endsWith(suffix)) {
                return fields[INODE];
            }
        }
        throw new IOException("port must be that of a UDP socket, but was " + port);
    }

    private static String suffix(int port) {
        return String.format(":%04X", port);
    }

    static ReceiverSocket of(int port, List<String> lines) {
        int sockets = 0;
        long queued = 0;
        long dropped = 0;
        String suffix = suffix(port);
        for (String line : lines) {
            String[] fields = line.strip().split("\\s+");
            if (fields[LOCAL_ADDRESS].endsWith(suffix)) {
                sockets++;
                queued += Long.parseLong(fields[QUEUES].substring(fields[QUEUES].indexOf(':') + 1), 16);
                dropped += Long.parseLong(fields[DROPS]);
            }
        }
        return new ReceiverSocket(sockets, queued, dropped);
    }
}
