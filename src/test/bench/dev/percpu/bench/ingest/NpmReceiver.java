package dev.percpu.bench.ingest;

import dev.percpu.acceptance.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The StatsD server of npm, with a backend that discards. */
record NpmReceiver(PinnedProcess process, int port, int managementPort) implements StatsdReceiver {

    static NpmReceiver start(Path npm, Path directory, int cpu) throws IOException, InterruptedException {
        Path program = npm.resolve("node_modules/statsd/stats.js");
        if (!Files.isRegularFile(program)) {
            throw new IOException("it is not installed");
        }
        Files.createDirectories(directory);
        int port = FreePort.next();
        int managementPort = FreePort.next();
        Path backend = directory.resolve("discard.js");
        Files.writeString(backend, "exports.init = () => true;\n");
        Path configuration = directory.resolve("config.js");
        Files.writeString(
                configuration,
                "{ address: '127.0.0.1', port: %d, mgmt_address: '127.0.0.1', mgmt_port: %d, flushInterval: %d, backends: ['%s'] }%n"
                        .formatted(port, managementPort, 1_000 * Kind.NPM.flushSeconds(), backend));
        List<String> command = List.of("node", program.toString(), configuration.toString());
        PinnedProcess process = PinnedProcess.start(cpu, directory, directory.resolve("statsd.log"), port, command);
        process.enlargeBuffer(port);
        return new NpmReceiver(process, port, managementPort);
    }

    @Override
    public Kind kind() {
        return Kind.NPM;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public long series() throws IOException {
        try (Socket connection = new Socket(InetAddress.getLoopbackAddress(), managementPort);
                BufferedReader answers = new BufferedReader(
                        new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
            connection.getOutputStream().write("timers\n".getBytes(StandardCharsets.US_ASCII));
            // One line "'name': [values]" for each timer, then END.
            long timers = 0;
            for (String line = answers.readLine(); line != null && !line.equals("END"); line = answers.readLine()) {
                if (line.contains(".duration;")) {
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
