package dev.percpu.bench.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.percpu.bench.ingest.StatsdSender.Sent;
import dev.percpu.bench.ingest.StatsdSender.Style;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StatsdSenderTest {
    private static final Path OUT = Path.of("target", "native-test").toAbsolutePath();
    private static final String DOGSTATSD =
            "[a-z]+(\\.[a-z]+){3}:\\d+(\\.\\d+)?\\|ms\\|#env:prod,method:[A-Z]+,route:/api/v\\d+/[a-z]+,status:\\d{3}";
    private static final String DOTTED =
            "[a-z]+(\\.[a-z]+){3}\\.prod\\.[A-Z]+\\.api-v\\d+-[a-z]+\\.\\d{3}:\\d+(\\.\\d+)?\\|ms";

    private final StatsdSender sender = new StatsdSender(OUT.resolve("bench/statsd_sender"), 0);

    @BeforeAll
    static void buildSender() throws IOException, InterruptedException {
        Process make = new ProcessBuilder("make", "--silent", "-C", "src/test/native", "OUT=" + OUT, "bench")
                .redirectErrorStream(true)
                .start();
        String output = new String(make.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(make.waitFor()).as(output).isZero();
    }

    @Test
    void shouldSendEachSeriesEquallyOften() throws Exception {
        IngestCase load = new IngestCase(10, 100, 0);

        List<String> packets = received(load, Style.DOGSTATSD, 30);

        List<String> lines = packets.stream().flatMap(String::lines).toList();
        assertThat(packets).allSatisfy(it -> assertThat(it.lines()).hasSize(10));
        assertThat(lines).allSatisfy(it -> assertThat(it).matches(DOGSTATSD));
        assertThat(lines.stream().collect(Collectors.groupingBy(StatsdSenderTest::series, Collectors.counting())))
                .hasSize(100)
                .allSatisfy((series, count) -> assertThat(count).isEqualTo(3));
    }

    @Test
    void shouldSendTheSamePacketsInEachRun() throws Exception {
        IngestCase load = new IngestCase(1, 50, 0);

        assertThat(received(load, Style.DOGSTATSD, 60)).isEqualTo(received(load, Style.DOGSTATSD, 60));
    }

    @Test
    void shouldSendTagsAsPartsOfTheName() throws Exception {
        IngestCase load = new IngestCase(1, 500, 0);

        Set<String> series = received(load, Style.DOTTED, 500).stream()
                .peek(it -> assertThat(it).matches(DOTTED))
                .map(it -> it.substring(0, it.indexOf(':')))
                .collect(Collectors.toSet());

        assertThat(series).hasSize(500);
    }

    @Test
    void shouldFailWithoutAReceiver() throws Exception {
        int port;
        try (DatagramSocket closed = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }

        assertThatThrownBy(() -> sender.send(new IngestCase(1, 50, 0), Style.DOGSTATSD, port, 100, 1_000))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Connection refused");
    }

    private static String series(String line) {
        return line.replaceFirst(":[0-9.]+\\|", "|");
    }

    /** Sends packets at a rate that a socket of any size can hold, and returns them. */
    private List<String> received(IngestCase load, Style style, int count) throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.setReceiveBufferSize(4 << 20);
            socket.setSoTimeout(10_000);
            Sent sent = sender.send(load, style, socket.getLocalPort(), count, 1_000_000);
            assertThat(sent.packets()).isEqualTo(count);
            assertThat(sent.samples()).isEqualTo((long) count * load.samplesPerPacket());
            List<String> packets = new ArrayList<>();
            long bytes = 0;
            while (packets.size() < count) {
                DatagramPacket packet = new DatagramPacket(new byte[8_192], 8_192);
                socket.receive(packet);
                packets.add(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII));
                bytes += packet.getLength();
            }
            assertThat(sent.bytes()).isEqualTo(bytes);
            return packets;
        }
    }
}
