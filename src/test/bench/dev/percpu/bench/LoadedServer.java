package dev.percpu.bench;

import dev.percpu.acceptance.FreePort;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A packaged service in a process of its own, with persistent client connections to it. Not thread-safe. */
final class LoadedServer implements AutoCloseable {

    private static final int CONNECTIONS = 8;
    private static final long START_MILLIS = 60_000;
    private static final byte[] REQUEST =
            "GET /items/7 HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RESPONSE = "HTTP/1.1 200 ".getBytes(StandardCharsets.US_ASCII);

    private final Process process;
    private final List<Socket> connections = new ArrayList<>();
    private final ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);

    private LoadedServer(Process process) {
        this.process = process;
    }

    /**
     * Starts a service and waits until it accepts connections.
     *
     * @param jar executable jar of the service
     * @param arguments arguments of its JVM
     * @param log file for its output
     * @throws IOException if the service does not accept connections within a minute
     */
    static LoadedServer start(Path jar, List<String> arguments, Path log) throws IOException, InterruptedException {
        int port = FreePort.next();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms256m",
                "-Xmx256m",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + port,
                "-Dquarkus.management.host=127.0.0.1",
                "-Dquarkus.management.port=" + FreePort.next()));
        command.addAll(arguments);
        command.addAll(List.of("-jar", jar.toString()));
        LoadedServer server = new LoadedServer(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start());
        try {
            server.connect(port, log);
            return server;
        } catch (IOException | InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void connect(int port, Path log) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS);
        while (connections.size() < CONNECTIONS) {
            try {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(30_000);
                connections.add(socket);
            } catch (IOException e) {
                if (System.nanoTime() > deadline || !process.isAlive()) {
                    throw new IOException("The service did not start; see " + log, e);
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    /**
     * Sends requests over all connections. Each connection sends the next request after the response to the last one.
     *
     * @param requests number of requests of all connections together
     * @return CPU time of the whole process, in nanoseconds per request
     */
    double cpuNanosPerRequest(int requests) throws IOException, InterruptedException {
        int requestsPerConnection = requests / CONNECTIONS;
        long before = cpuNanos();
        List<Future<?>> running = new ArrayList<>();
        for (Socket connection : connections) {
            running.add(clients.submit(() -> {
                sendAll(connection, requestsPerConnection);
                return null;
            }));
        }
        for (Future<?> client : running) {
            try {
                client.get();
            } catch (ExecutionException e) {
                throw new IOException("A connection failed", e.getCause());
            }
        }
        return (cpuNanos() - before) / ((double) requestsPerConnection * CONNECTIONS);
    }

    private static void sendAll(Socket connection, int requests) throws IOException {
        InputStream in = connection.getInputStream();
        byte[] buffer = new byte[4_096];
        for (int i = 0; i < requests; i++) {
            connection.getOutputStream().write(REQUEST);
            // The headers and the body of one byte arrive in one packet or in two.
            int length = 0;
            while (!isWhole(buffer, length)) {
                int read = in.read(buffer, length, buffer.length - length);
                if (read < 0) {
                    throw new IOException("The service closed the connection");
                }
                length += read;
            }
            for (int k = 0; k < RESPONSE.length; k++) {
                if (buffer[k] != RESPONSE[k]) {
                    throw new IOException("The response must start with HTTP/1.1 200, but was "
                            + new String(buffer, 0, length, StandardCharsets.US_ASCII));
                }
            }
        }
    }

    /** Returns whether the response ends with an empty line and the body of one byte. */
    private static boolean isWhole(byte[] buffer, int length) {
        return length > 5
                && buffer[length - 5] == '\r'
                && buffer[length - 4] == '\n'
                && buffer[length - 3] == '\r'
                && buffer[length - 2] == '\n';
    }

    /** Returns the CPU time of all live threads. Linux counts it in nanoseconds for threads, in centiseconds for processes. */
    private long cpuNanos() throws IOException {
        long sum = 0;
        Path tasks = Path.of("/proc", Long.toString(process.pid()), "task");
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
            for (Path thread : threads) {
                try {
                    String statistics = Files.readString(thread.resolve("schedstat"));
                    sum += Long.parseLong(statistics.substring(0, statistics.indexOf(' ')));
                } catch (NoSuchFileException e) {
                    // The thread ended after the folder was listed.
                }
            }
        }
        return sum;
    }

    @Override
    public void close() throws IOException {
        clients.shutdownNow();
        for (Socket connection : connections) {
            connection.close();
        }
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
