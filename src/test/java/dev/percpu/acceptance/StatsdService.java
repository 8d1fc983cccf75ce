package dev.percpu.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The packaged service with StatsD on a free UDP port. */
final class StatsdService implements AutoCloseable {
    /** Of each sender. Together they take less than 3 MiB of a buffer of 4 MiB. */
    private static final int PACKETS_AT_ONCE = 125;

    private final ServiceProcess process;
    private final int port;

    private StatsdService(ServiceProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    static StatsdService start(Path directory, String... settings) throws IOException, InterruptedException {
        int port = freePort();
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("percpu.ingest.statsd.address=127.0.0.1:" + port);
        return new StatsdService(ServiceProcess.start(directory, all.toArray(String[]::new)), port);
    }

    /** Returns a UDP port that no socket of the loopback interface has. */
    static int freePort() throws SocketException {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            return socket.getLocalPort();
        }
    }

    ServiceProcess process() {
        return process;
    }

    int port() {
        return port;
    }

    /** Returns the counts of StatsD. */
    JsonNode counts() throws IOException, InterruptedException {
        return process.json("/api/ingest").at("/protocols/0");
    }

    /** Returns the packets that the service received or the kernel dropped. */
    static long arrived(JsonNode counts) {
        return counts.path("packets").asLong() + counts.path("droppedPackets").asLong();
    }

    /** Returns the number of rejected samples, for any reason. */
    static long rejected(JsonNode counts) {
        long sum = 0;
        for (JsonNode reason : counts.path("rejected")) {
            sum += reason.path("count").asLong();
        }
        return sum;
    }

    /**
     * Waits until this many packets have been received or dropped, and returns the counts then.
     *
     * @throws AssertionError if that takes more than 30 seconds
     */
    JsonNode awaitArrived(long packets) throws IOException, InterruptedException {
        Deadline deadline = Deadline.in(Duration.ofSeconds(30));
        while (true) {
            JsonNode counts = counts();
            if (arrived(counts) >= packets) {
                return counts;
            }
            if (deadline.passed()) {
                throw new AssertionError(packets + " packets must arrive, but there were " + counts);
            }
            deadline.pause();
        }
    }

    /**
     * Sends one packet again and again from {@value StatsdSenders#COUNT} sockets, never more at once than the smallest receive buffer holds.
     *
     * @param packets number of packets of each sender
     * @return the number of packets that were sent, all of which have arrived
     */
    long sendBelowTheLimit(String packet, int packets) throws IOException, InterruptedException {
        try (StatsdSenders senders = new StatsdSenders(port, packet)) {
            long before = arrived(counts());
            long sent = 0;
            for (int left = packets; left > 0; left -= PACKETS_AT_ONCE) {
                sent += senders.send(Math.min(left, PACKETS_AT_ONCE));
                awaitArrived(before + sent);
            }
            return sent;
        }
    }

    /** Returns the values of a metric in a scrape, by labels. */
    Map<Map<String, String>, Double> values(String name) throws IOException, InterruptedException {
        return ScrapeText.values(process.scrape("/q/metrics", "text/plain"), name);
    }

    @Override
    public void close() {
        process.close();
    }
}
