package dev.percpu.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The packaged service in its own process, on free loopback ports.
 *
 * <p>It is the jar of {@code make run}, started by the JVM that runs the tests. The command has no flag for native access: the manifest of
 * the jar must enable it.
 */
final class ServiceProcess implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Program program;
    private final long pid;
    private final URI application;
    private final URI management;
    private final Restart restart;

    /** The environment of the service, such as a chroot. */
    @FunctionalInterface
    interface Launcher {
        /** Returns a command that runs the service's command there. */
        List<String> wrap(List<String> command);

        /**
         * Returns the process id of the started service.
         *
         * @param program process id of the command
         */
        default long pid(long program) throws IOException {
            return program;
        }
    }

    /** The start of the same service. */
    @FunctionalInterface
    private interface Restart {
        ServiceProcess in(Path directory) throws IOException, InterruptedException;
    }

    private ServiceProcess(Program program, long pid, URI application, URI management, Restart restart) {
        this.program = program;
        this.pid = pid;
        this.application = application;
        this.management = management;
        this.restart = restart;
    }

    /**
     * Starts the service and waits until it is ready.
     *
     * @param directory folder for the output
     * @param settings further settings, {@code key=value}
     */
    static ServiceProcess start(Path directory, String... settings) throws IOException, InterruptedException {
        return start(directory, command -> command, settings);
    }

    /** Starts the service in another environment. */
    static ServiceProcess start(Path directory, Launcher launcher, String... settings)
            throws IOException, InterruptedException {
        Path jar = Path.of(System.getProperty("test.service.jar", "target/quarkus-app/quarkus-run.jar"))
                .toAbsolutePath();
        if (!Files.isRegularFile(jar)) {
            throw new AssertionError("The service must be packaged, but there is no " + jar + ". Run: make acceptance");
        }
        return start(directory, launcher, jar, FreePort.next(), FreePort.next(), settings);
    }

    private static ServiceProcess start(
            Path directory, Launcher launcher, Path jar, int applicationPort, int managementPort, String... settings)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dquarkus.http.port=" + applicationPort,
                "-Dquarkus.management.port=" + managementPort));
        for (String setting : settings) {
            command.add("-D" + setting);
        }
        command.addAll(List.of("-jar", jar.toString()));
        URI application = URI.create("http://127.0.0.1:" + applicationPort);
        URI management = URI.create("http://127.0.0.1:" + managementPort);
        Program program = Program.start("service", directory, launcher.wrap(command));
        try {
            program.awaitOk(management.resolve("/q/health/ready"));
            Restart restart = folder -> start(folder, launcher, jar, applicationPort, managementPort, settings);
            return new ServiceProcess(program, launcher.pid(program.pid()), application, management, restart);
        } catch (InterruptedException | IOException | RuntimeException | Error e) {
            program.close();
            throw e;
        }
    }

    /**
     * Starts the service again, on the same ports and with the same settings. The process of this object must have ended.
     *
     * @param directory folder for the output
     */
    ServiceProcess startAgain(Path directory) throws IOException, InterruptedException {
        return restart.in(directory);
    }

    /** Returns the base address of the application port. */
    URI application() {
        return application;
    }

    /** Returns the base address of the management port. */
    URI management() {
        return management;
    }

    long pid() {
        return pid;
    }

    String output() {
        return program.output();
    }

    /** Sends SIGTERM. */
    void terminate() {
        program.terminate();
    }

    /**
     * Waits until the service has ended, and returns its exit code.
     *
     * @throws AssertionError with the output, if it does not end in time
     */
    int awaitExit(Duration timeout) throws InterruptedException {
        return program.awaitExit(timeout);
    }

    /** Returns the response body of a path on the management port, as text in UTF-8. */
    String scrape(String path, String accept) throws IOException, InterruptedException {
        return get(management.resolve(path), accept);
    }

    /** Returns the JSON of a path on the application port. */
    JsonNode json(String path) throws IOException, InterruptedException {
        return JSON.readTree(get(application.resolve(path), "application/json"));
    }

    /** Returns the response body of a path on the application port. */
    String get(String path) throws IOException, InterruptedException {
        return get(application.resolve(path), "*/*");
    }

    private static String get(URI uri, String accept) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(uri).header("Accept", accept).build();
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new AssertionError(uri + " must return status 200, but returned " + response.statusCode() + ":\n"
                        + response.body());
            }
            return response.body();
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
