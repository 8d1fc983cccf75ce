package dev.percpu.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Senders of StatsD to the loopback interface. Each has a socket of its own, and so a receiver that the kernel selects. Not thread-safe. */
final class StatsdSenders implements AutoCloseable {
    static final int COUNT = 8;

    private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final List<DatagramChannel> channels = new ArrayList<>();
    private final byte[] packet;

    /** @param packet content of each packet */
    StatsdSenders(int port, String packet) throws IOException {
        this.packet = packet.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < COUNT; i++) {
            channels.add(DatagramChannel.open().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
        }
    }

    /**
     * Sends from all sockets at the same time.
     *
     * @param packets number of packets of each sender
     * @param packetsPerSecond rate of all senders together, sent in bursts of 5 ms; 0 for no limit
     * @return the number of packets, all of which the kernel accepted
     */
    static long send(int port, String packet, int packets, int packetsPerSecond) throws IOException {
        try (StatsdSenders senders = new StatsdSenders(port, packet)) {
            return senders.send(packets, packetsPerSecond);
        }
    }

    /** Sends a number of packets from each socket, as fast as possible, and returns the number of all. */
    long send(int packets) {
        return send(packets, 0);
    }

    private long send(int packets, int packetsPerSecond) {
        List<CompletableFuture<Void>> sending = channels.stream()
                .map(channel -> CompletableFuture.runAsync(
                        () -> send(channel, packets, packetsPerSecond / COUNT), task -> new Thread(task).start()))
                .toList();
        sending.forEach(CompletableFuture::join);
        return (long) packets * COUNT;
    }

    private void send(DatagramChannel channel, int packets, int packetsPerSecond) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(packet.length).put(packet);
        long start = System.nanoTime();
        try {
            for (int sent = 1; sent <= packets; sent++) {
                channel.write(buffer.rewind());
                pace(start, sent, packetsPerSecond);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits if the sender is more than a burst ahead of its rate. */
    private static void pace(long start, int sent, int packetsPerSecond) {
        if (packetsPerSecond > 0) {
            long due = start + sent * TimeUnit.SECONDS.toNanos(1) / packetsPerSecond;
            while (due - System.nanoTime() > BURST_NANOS) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (DatagramChannel channel : channels) {
            channel.close();
        }
    }
}
