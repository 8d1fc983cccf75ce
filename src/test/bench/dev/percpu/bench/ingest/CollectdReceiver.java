package dev.percpu.bench.ingest;

import dev.percpu.acceptance.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Debian's collectd with its StatsD plugin, and the plugin that answers queries. It computes averages, which is its
 * default. It rejects tags.
 */
record CollectdReceiver(PinnedProcess process, int port, Path socket) implements StatsdReceiver {

    static CollectdReceiver start(Path directory, int cpu) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        int port = FreePort.next();
        // The path of a Unix socket has at most 107 bytes.
        Path socket = Files.createTempDirectory("collectd").resolve("socket");
        Path configuration = directory.resolve("collectd.conf");
        Files.writeString(configuration, """
                Hostname "localhost"
                FQDNLookup false
                BaseDir "%1$s"
                PIDFile "%1$s/collectd.pid"
                Interval %5$d
                LoadPlugin statsd
                <Plugin statsd>
                  Host "127.0.0.1"
                  Port "%2$d"
                </Plugin>
                LoadPlugin unixsock
                <Plugin unixsock>
                  SocketFile "%3$s"
                  SocketGroup "%4$s"
                </Plugin>
                """.formatted(
                        directory, port, socket, System.getProperty("user.name"), Kind.COLLECTD.flushSeconds()));
        List<String> command = List.of(NetdataReceiver.executable("collectd"), "-f", "-C", configuration.toString());
        PinnedProcess process = PinnedProcess.start(cpu, directory, directory.resolve("collectd.log"), port, command);
        process.enlargeBuffer(port);
        return new CollectdReceiver(process, port, socket);
    }

    @Override
    public Kind kind() {
        return Kind.COLLECTD;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public long series() throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap("LISTVAL\n".getBytes(StandardCharsets.US_ASCII)));
            BufferedReader answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.US_ASCII));
            // The first line starts with the number of lines that follow.
            int lines = Integer.parseInt(answers.readLine().split(" ")[0]);
            long timers = 0;
            for (int i = 0; i < lines; i++) {
                if (answers.readLine().endsWith("-average")) {
                    timers++;
                }
            }
            return timers;
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
