package dev.percpu.bench.ingest;

import dev.percpu.acceptance.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The program that only receives packets; see {@code datagram_floor.c}. */
record FloorReceiver(PinnedProcess process, int port) implements StatsdReceiver {

    static FloorReceiver start(Path program, Path directory, int cpu) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        int port = FreePort.next();
        List<String> command = List.of(program.toString(), Integer.toString(port));
        return new FloorReceiver(
                PinnedProcess.start(cpu, directory, directory.resolve("floor.log"), port, command), port);
    }

    @Override
    public Kind kind() {
        return Kind.FLOOR;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public long series() {
        return -1;
    }

    @Override
    public void close() {
        process.close();
    }
}
