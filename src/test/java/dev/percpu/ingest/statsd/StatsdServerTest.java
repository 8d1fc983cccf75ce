package dev.percpu.ingest.statsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.percpu.Eventually;
import dev.percpu.binding.UnixDatagrams;
import dev.percpu.ingest.RejectReason;
import dev.percpu.ingest.mapping.MetricMapper;
import dev.percpu.ingest.statsd.TransportException.Transport;
import dev.percpu.registry.PerCpuMeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StatsdServerTest {
    private static final int BUFFER = 4 << 20;

    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @TempDir
    private Path folder;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        registry.close();
    }

    private StatsdServer open(@Nullable InetSocketAddress address, int receivers, @Nullable Path socket)
            throws IOException {
        return open(address, receivers, socket, ParsedPackets::unmapped);
    }

    private StatsdServer open(
            @Nullable InetSocketAddress address, int receivers, @Nullable Path socket, MetricMapper mapper)
            throws IOException {
        StatsdServer server = StatsdServer.open(
                new StatsdServer.Options(address, receivers, BUFFER, socket, 0, 1_000, 10_000), registry, () -> mapper);
        opened.add(server);
        return server;
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private DatagramChannel sender(StatsdServer server) throws IOException {
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
        opened.add(channel);
        channel.connect(loopback(server.port().orElseThrow()));
        return channel;
    }

    private static void send(DatagramChannel channel, String packet) throws IOException {
        channel.write(ByteBuffer.wrap(packet.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void shouldRecordThePacketsOfManySenders() throws IOException {
        StatsdServer server = open(loopback(0), 2, null);
        int senders = 8;
        int packets = 2_000;
        List<DatagramChannel> channels = new ArrayList<>();
        for (int i = 0; i < senders; i++) {
            channels.add(sender(server));
        }
        for (int i = 0; i < packets; i++) {
            for (DatagramChannel channel : channels) {
                send(channel, "hits:1|c|#a:b\nwait:2|ms\nbad");
            }
            if (i % 100 == 0) { // no more than the receive buffers hold
                long sent = (i + 1L) * senders;
                Eventually.assertEventually(() -> server.statistics().packets(), sent);
            }
        }

        long sent = (long) packets * senders;
        Eventually.assertEventually(() -> server.statistics().packets(), sent);
        StatsdStatistics statistics = server.statistics();
        assertThat(statistics.samples()).isEqualTo(2 * sent);
        assertThat(statistics.rejected()).containsEntry(RejectReason.MALFORMED, sent);
        assertThat(statistics.droppedPackets()).isZero();
        assertThat(statistics.receivers()).isEqualTo(2);
        assertThat(statistics.failedReceivers()).isZero();
        assertThat(statistics.grantedBufferBytes()).isPositive();
        assertThat(registry.scrape()).contains("hits{a=\"b\"} " + (double) sent, "wait_count " + sent);
    }

    @Test
    void shouldRecordWhatTheKernelHasReceivedBeforeItCloses() throws Exception {
        CountDownLatch received = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        StatsdServer server = open(loopback(0), 1, null, (name, type) -> {
            received.countDown();
            try {
                closing.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return ParsedPackets.unmapped(name, type);
        });
        DatagramChannel channel = sender(server);
        send(channel, "hits:1|c");
        received.await();
        for (int i = 0; i < 500; i++) {
            send(channel, "hits:1|c");
        }
        Thread closer = Thread.ofPlatform().start(server::close);
        Eventually.assertEventually(closer::getState, Thread.State.WAITING);
        closing.countDown();
        closer.join();
        server.close();

        assertThat(server.statistics().samples()).isEqualTo(501);
        assertThat(registry.scrape()).contains("hits 501.0");
    }

    @Test
    void shouldReceiveFromAUnixSocket() throws IOException {
        Path path = folder.resolve("statsd.sock");
        StatsdServer server = open(null, 1, path);
        byte[] packet = "hits:1|c|#a:b\n".repeat(500).getBytes(StandardCharsets.US_ASCII);
        try (UnixDatagrams client = new UnixDatagrams(path)) {
            for (int i = 0; i < 200; i++) {
                client.send(packet);
            }
        }

        Eventually.assertEventually(() -> server.statistics().samples(), 100_000L);
        assertThat(server.port()).isEmpty();
        assertThat(server.statistics().grantedBufferBytes()).isZero();
        server.close();
        assertThat(Files.exists(path)).isFalse();
    }

    @Test
    void shouldNotOpenAPortInUse() throws IOException {
        StatsdServer server = open(loopback(0), 1, null);

        assertThatExceptionOfType(TransportException.class)
                .isThrownBy(() -> open(loopback(server.port().orElseThrow()), 2, folder.resolve("statsd.sock")))
                .withCauseInstanceOf(BindException.class)
                .returns(Transport.UDP, TransportException::transport);
    }

    @Test
    void shouldCloseTheUdpSocketsIfTheUnixSocketCannotBeOpened() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        int port;
        try (StatsdServer server = open(loopback(0), 1, null)) {
            port = server.port().orElseThrow();
        }

        assertThatExceptionOfType(TransportException.class)
                .isThrownBy(() -> open(loopback(port), 2, file))
                .withCauseInstanceOf(BindException.class)
                .returns(Transport.UNIX, TransportException::transport);
        open(loopback(port), 1, null);
    }
}
