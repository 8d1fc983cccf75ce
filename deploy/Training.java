import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Trains the AOT cache of the image: starts the service, sends what a pod is asked for most in each format once, and ends it. The JVM then
 * writes the cache: the classes that the service has loaded, already linked, and which methods it has called most (JEP 483, 514 and 515). Each
 * start loads all of the cache, so it does not train more than the start and the first scrapes need.
 *
 * <p>A cache is valid only for the same Java runtime, the same jars and the same path. So the program runs inside of the image.
 */
final class Training {
    private static final long START_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final int EXIT_SIGTERM = 143;
    private static final int EXIT_RSEQ = 0;
    private static final int EXIT_ATOMIC = 3;

    private static final String APPLICATION = "http://127.0.0.1:8080";
    private static final String MANAGEMENT = "http://127.0.0.1:9000";
    private static final List<String> REQUESTS = List.of(
            APPLICATION + "/", APPLICATION + "/api/rseq", MANAGEMENT + "/q/health/live", MANAGEMENT + "/q/metrics");

    private static final List<String> FORMATS = List.of(
            "text/plain;version=0.0.4",
            "application/openmetrics-text;version=1.0.0",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited");

    private Training() {}

    /**
     * Writes a cache.
     *
     * @param arguments the file of the cache, then the arguments of {@code java} that start the service
     */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Path cache = Path.of(arguments[0]);
        ProcessBuilder java = java("-XX:AOTCacheOutput=" + cache);
        java.command().addAll(service(arguments));
        Process service = java.inheritIO().start();
        try {
            awaitReady(service);
            for (String format : FORMATS) {
                for (String request : REQUESTS) {
                    status(request, format);
                }
            }
        } finally {
            service.destroy();
        }
        int exitCode = service.waitFor();
        if (exitCode != EXIT_SIGTERM || !Files.exists(cache)) {
            throw new IllegalStateException("The service must end with code " + EXIT_SIGTERM + " and write " + cache
                    + ", but ended with code " + exitCode);
        }
        requireUsable(cache, service(arguments));
    }

    private static List<String> service(String... arguments) {
        return List.of(arguments).subList(1, arguments.length);
    }

    /** Runs the status command with the cache, on the garbage collector that a JVM selects for little memory. Without the cache it fails. */
    private static void requireUsable(Path cache, List<String> service) throws IOException, InterruptedException {
        ProcessBuilder java = java("-XX:AOTMode=on", "-XX:AOTCache=" + cache, "-XX:+UseSerialGC");
        java.command().addAll(service);
        java.command().add("--rseq-status");
        int exitCode = java.inheritIO().start().waitFor();
        if (exitCode != EXIT_RSEQ && exitCode != EXIT_ATOMIC) {
            throw new IllegalStateException("The JVM must be able to use " + cache + ", but ended with code " + exitCode);
        }
    }

    private static ProcessBuilder java(String... options) {
        ProcessBuilder java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        java.command().addAll(List.of(options));
        return java;
    }

    private static void awaitReady(Process service) throws InterruptedException {
        long started = System.nanoTime();
        while (true) {
            try {
                if (status(MANAGEMENT + "/q/health/ready", "application/json") == 200) {
                    return;
                }
            } catch (IOException notYet) {
                // refused
            }
            if (!service.isAlive() || System.nanoTime() - started > START_NANOS) {
                throw new IllegalStateException("The service must be ready within 2 minutes");
            }
            Thread.sleep(100);
        }
    }

    private static int status(String url, String accept) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setRequestProperty("Accept", accept);
        int status = connection.getResponseCode();
        try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            body.readAllBytes();
        }
        return status;
    }
}
