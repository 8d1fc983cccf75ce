package dev.percpu.bench.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A receiver's process on one CPU. Its output goes to a file. Not thread-safe. */
final class PinnedProcess implements AutoCloseable {
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Process process;
    private final Path log;

    private PinnedProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        // An interrupted run must not leave receivers behind, stopped ones neither.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /**
     * Starts a program and waits until it has a UDP socket on a port.
     *
     * @param directory working folder
     * @throws IOException if the program is not installed, ends, or binds no socket within 30 seconds
     */
    static PinnedProcess start(int cpu, Path directory, Path log, int port, List<String> command)
            throws IOException, InterruptedException {
        List<String> pinned = new ArrayList<>(List.of("taskset", "--cpu-list", Integer.toString(cpu)));
        pinned.addAll(command);
        PinnedProcess started = new PinnedProcess(
                new ProcessBuilder(pinned)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start(),
                log);
        long start = System.nanoTime();
        while (ReceiverSocket.of(port).sockets() == 0) {
            if (!started.process.isAlive() || System.nanoTime() - start > START_NANOS) {
                started.close();
                throw new IOException("it did not bind its port: " + started.lastLine());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return started;
    }

    private String lastLine() throws IOException {
        List<String> lines =
                Files.readString(log).lines().filter(it -> !it.isBlank()).toList();
        return lines.isEmpty() ? "it printed nothing" : lines.getLast().strip();
    }

    /** Gives the program's socket as large a buffer as the service has, or ends the program if that fails. */
    void enlargeBuffer(int port) throws IOException {
        try {
            SocketBuffer.enlarge(pid(), port);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
