package dev.percpu.it.boot;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The packaged application as a process. */
final class RunningApplication implements AutoCloseable {
    private static final long START_SECONDS = 90;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Path log;
    private final Process process;
    private final int port;
    private final int managementPort;

    private RunningApplication(Path log, Process process, int port, int managementPort) {
        this.log = log;
        this.process = process;
        this.port = port;
        this.managementPort = managementPort;
    }

    /**
     * Starts the application, and waits until it serves requests.
     *
     * @param properties properties of Spring, such as {@code percpu.metrics.enabled=false}
     */
    static RunningApplication start(String... properties) throws Exception {
        return start(freePort(), properties);
    }

    /** Starts the application with the actuator on a port of its own. */
    static RunningApplication startWithManagementPort(String... properties) throws Exception {
        int managementPort = freePort();
        List<String> all = new ArrayList<>(List.of(properties));
        all.add("management.server.port=" + managementPort);
        RunningApplication started = start(freePort(), all.toArray(String[]::new));
        return new RunningApplication(started.log, started.process, started.port, managementPort);
    }

    private static RunningApplication start(int port, String... properties) throws Exception {
        Path log = Files.createTempFile(Path.of("target"), "application", ".log");
        Process process = process(log, port, properties);
        RunningApplication started = new RunningApplication(log, process, port, port);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!started.isReady()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                started.close();
                throw new IllegalStateException("The application did not start:\n" + Files.readString(log));
            }
            Thread.sleep(20);
        }
        return started;
    }

    /** Runs an application that must not start, and returns its output. */
    static String failedStart(String... properties) throws Exception {
        Path log = Files.createTempFile(Path.of("target"), "application", ".log");
        Process process = process(log, freePort(), properties);
        if (!process.waitFor(START_SECONDS, TimeUnit.SECONDS) || process.exitValue() == 0) {
            process.destroyForcibly();
            throw new IllegalStateException("The application started:\n" + Files.readString(log));
        }
        return Files.readString(log);
    }

    private static Process process(Path log, int port, String... properties) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=" + System.getProperty("jit.level", "1"),
                "--sun-misc-unsafe-memory-access=allow", // OpenTelemetry
                "-jar",
                System.getProperty("application"),
                "--server.port=" + port));
        for (String property : properties) {
            command.add("--" + property);
        }
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private boolean isReady() throws IOException {
        return Files.readString(log).contains("Started Application in");
    }

    int port() {
        return port;
    }

    /** Returns the CPU time of the process until now. */
    long cpuMillis() {
        return process.info().totalCpuDuration().orElseThrow().toMillis();
    }

    HttpResponse<String> send(String method, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** @param accept value of the Accept header; null for none */
    HttpResponse<byte[]> scrape(String query, String accept) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + managementPort + "/actuator/prometheus" + query));
        if (accept != null) {
            request.header("Accept", accept);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /** Returns what the application logged. */
    String log() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        client.close();
    }
}
