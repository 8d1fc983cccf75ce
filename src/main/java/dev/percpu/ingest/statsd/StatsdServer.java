package dev.percpu.ingest.statsd;

import dev.percpu.binding.DatagramReceiver;
import dev.percpu.ingest.IgnoredKind;
import dev.percpu.ingest.IngestCounters;
import dev.percpu.ingest.RejectReason;
import dev.percpu.ingest.RejectionLog;
import dev.percpu.ingest.SenderBudget;
import dev.percpu.ingest.SeriesFactory;
import dev.percpu.ingest.mapping.MetricMapper;
import dev.percpu.ingest.statsd.TransportException.Transport;
import dev.percpu.registry.ExactMeters;
import dev.percpu.registry.PerCpuMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A server that receives StatsD and DogStatsD packets from UDP and from a Unix socket, and records them in a registry. Thread-safe.
 *
 * <p>Each UDP receiver has a socket, a thread and a table of series of its own. The kernel selects the receiver of a packet by its sender. A
 * Unix socket has one receiver; all of its clients are one sender.
 */
public final class StatsdServer implements AutoCloseable {
    /** Longest UDP packet, in bytes. */
    public static final int UDP_PACKET_BYTES = 2_048;

    /** Longest packet of a Unix socket, in bytes. */
    public static final int UNIX_PACKET_BYTES = 8_192;

    private static final String PROTOCOL = "StatsD";

    /**
     * The options of a server. Immutable.
     *
     * @param address UDP address, port 0 for any free port; null for no UDP
     * @param receivers number of UDP receivers, at least 1
     * @param receiveBufferBytes requested receive buffer of each UDP socket, in bytes
     * @param socket path of the Unix socket; null for none
     * @param socketMode permissions of its file, 0 to 0777; 0 for those that the umask gives
     * @param seriesPerSender largest number of series that a sender may create, at least 1
     * @param tableEntries largest number of names, types and lists of tags that each receiver remembers, at least 1
     */
    public record Options(
            @Nullable InetSocketAddress address,
            int receivers,
            int receiveBufferBytes,
            @Nullable Path socket,
            int socketMode,
            int seriesPerSender,
            int tableEntries) {}

    private final SeriesFactory factory;
    private final Supplier<? extends MetricMapper> mappers;
    private final RejectionLog log = new RejectionLog(PROTOCOL, System.nanoTime());
    private final int tableEntries;
    private final List<StatsdReceiver> receivers = new ArrayList<>();
    private OptionalInt port = OptionalInt.empty();
    private long grantedBufferBytes;

    private StatsdServer(Options options, PerCpuMeterRegistry registry, Supplier<? extends MetricMapper> mappers) {
        this.factory = new SeriesFactory(new ExactMeters(registry), new SenderBudget(options.seriesPerSender));
        this.mappers = mappers;
        this.tableEntries = options.tableEntries;
    }

    /**
     * Opens the sockets and starts the threads.
     *
     * @param mappers returns the current mapping. A new object replaces the series of the old one with the next packets.
     * @throws TransportException if a socket cannot be opened. Its cause is a {@link java.net.BindException} if the address or path is in
     *     use or not permitted.
     * @throws IllegalArgumentException if an option is out of its range
     * @throws dev.percpu.binding.LibraryUnavailableException if the native library cannot be used
     */
    public static StatsdServer open(
            Options options, PerCpuMeterRegistry registry, Supplier<? extends MetricMapper> mappers)
            throws TransportException {
        StatsdServer server = new StatsdServer(options, registry, mappers);
        List<DatagramReceiver> sockets = new ArrayList<>();
        try {
            server.openSockets(options, sockets);
        } catch (TransportException | RuntimeException | Error e) {
            sockets.forEach(DatagramReceiver::close);
            throw e;
        }
        server.receivers.forEach(StatsdReceiver::start);
        return server;
    }

    /**
     * @param sockets receives each socket, to be closed if another cannot be opened
     */
    private void openSockets(Options options, List<DatagramReceiver> sockets) throws TransportException {
        if (options.address != null) {
            try {
                openUdp(options.address, options, sockets);
            } catch (IOException e) {
                throw new TransportException(Transport.UDP, e);
            }
        }
        if (options.socket != null) {
            try {
                openUnix(options.socket, options, sockets);
            } catch (IOException e) {
                throw new TransportException(Transport.UNIX, e);
            }
        }
    }

    private void openUdp(InetSocketAddress address, Options options, List<DatagramReceiver> sockets)
            throws IOException {
        DatagramReceiver first = DatagramReceiver.openUdp(address, options.receiveBufferBytes, true);
        sockets.add(first);
        port = OptionalInt.of(first.port());
        grantedBufferBytes = first.receiveBufferBytes();
        addReceiver(first, UDP_PACKET_BYTES, "percpu-statsd-0");
        for (int i = 1; i < options.receivers; i++) {
            DatagramReceiver next = first.openAnother();
            sockets.add(next);
            grantedBufferBytes = Math.min(grantedBufferBytes, next.receiveBufferBytes());
            addReceiver(next, UDP_PACKET_BYTES, "percpu-statsd-" + i);
        }
    }

    private void openUnix(Path path, Options options, List<DatagramReceiver> sockets) throws IOException {
        DatagramReceiver unix = DatagramReceiver.openUnix(path, options.socketMode);
        sockets.add(unix);
        addReceiver(unix, UNIX_PACKET_BYTES, "percpu-statsd-unix");
    }

    private void addReceiver(DatagramReceiver socket, int packetBytes, String name) {
        IngestCounters counters = new IngestCounters();
        StatsdParser parser = new StatsdParser(factory, mappers, counters, log, tableEntries);
        receivers.add(new StatsdReceiver(socket, parser, counters, packetBytes, name));
    }

    /** Returns the UDP port; empty without UDP. */
    public OptionalInt port() {
        return port;
    }

    /** Returns the counts now. */
    public StatsdStatistics statistics() {
        Map<RejectReason, Long> rejected = new EnumMap<>(RejectReason.class);
        for (RejectReason reason : RejectReason.values()) {
            rejected.put(reason, sum(receiver -> receiver.counters().rejected(reason)));
        }
        Map<IgnoredKind, Long> ignored = new EnumMap<>(IgnoredKind.class);
        for (IgnoredKind kind : IgnoredKind.values()) {
            ignored.put(kind, sum(receiver -> receiver.counters().ignored(kind)));
        }
        return new StatsdStatistics(
                receivers.size(),
                (int) sum(receiver -> receiver.hasFailed() ? 1 : 0),
                grantedBufferBytes,
                sum(receiver -> receiver.counters().packets()),
                sum(receiver -> receiver.counters().samples()),
                sum(StatsdReceiver::drops),
                rejected,
                ignored);
    }

    private long sum(ToLongFunction<StatsdReceiver> count) {
        return receivers.stream().mapToLong(count).sum();
    }

    /** Records the packets that the kernel has received, ends the threads, and closes the sockets. A second call has no effect. */
    @Override
    public void close() {
        receivers.forEach(StatsdReceiver::stop);
        receivers.forEach(StatsdReceiver::close);
    }
}
