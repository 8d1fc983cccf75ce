package dev.percpu.acceptance;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that a test runs. Its output goes to a file. {@link #close} ends it by SIGTERM, and after 15 seconds by SIGKILL.
 *
 * <p>Not thread-safe.
 */
final class Program implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final String name;
    private final Process process;
    private final Path log;

    private Program(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a program.
     *
     * @param directory working folder, and folder of the output {@code NAME.log}
     * @throws IOException if the program does not exist
     */
    static Program start(String name, Path directory, List<String> command) throws IOException {
        Path log = directory.resolve(name + ".log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new Program(name, process, log);
    }

    long pid() {
        return process.pid();
    }

    /**
     * Waits until the program has ended.
     *
     * @throws AssertionError with the program's output, if it does not end in time or its exit status is not 0
     */
    Program awaitEnd(Duration timeout) throws InterruptedException {
        int exitCode = awaitExit(timeout);
        if (exitCode != 0) {
            throw new AssertionError(name + " ended with code " + exitCode + ":\n" + output());
        }
        return this;
    }

    /**
     * Waits until the program has ended, and returns its exit code.
     *
     * @throws AssertionError with the program's output, if it does not end in time
     */
    int awaitExit(Duration timeout) throws InterruptedException {
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError(name + " did not end in " + timeout + ":\n" + output());
        }
        return process.exitValue();
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Returns the output of the program until now. */
    String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "(no output: " + e + ")";
        }
    }

    /**
     * Waits until an address returns status 200.
     *
     * @throws AssertionError with the program's output, if it ends before that or takes more than a minute
     */
    Program awaitOk(URI address) throws InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            Deadline deadline = Deadline.in(TIMEOUT);
            while (!returnsOk(client, address)) {
                if (!process.isAlive()) {
                    throw new AssertionError(name + " ended with code " + process.exitValue() + ":\n" + output());
                }
                if (deadline.passed()) {
                    throw new AssertionError(
                            name + " did not answer at " + address + " in " + TIMEOUT + ":\n" + output());
                }
                deadline.pause();
            }
        }
        return this;
    }

    private static boolean returnsOk(HttpClient client, URI address) throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(address)
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
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
