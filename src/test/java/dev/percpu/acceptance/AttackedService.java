package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The packaged service with the heap and the memory of the manifests, and what an attack must not leave behind. */
final class AttackedService implements AutoCloseable {
    private static final Path JAVA_OPTIONS = Path.of("deploy/java-options");
    private static final Path DEPLOYMENT = Path.of("deploy/base/deployment.yaml");

    /** Descriptors that the service may open after its first requests: connections of the tests and of the liveness check. */
    private static final int MORE_DESCRIPTORS = 8;

    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final ServiceProcess process;
    private final long descriptors;

    /** What a process uses. The heap is that after a collection, the peak that of resident memory. */
    record Usage(long heapKilobytes, long residentKilobytes, long peakKilobytes, long threads, long descriptors) {}

    private AttackedService(ServiceProcess process) throws IOException, InterruptedException {
        this.process = process;
        scrape();
        descriptors = descriptors();
    }

    static AttackedService start(Path directory, String... settings) throws IOException, InterruptedException {
        return start(directory, command -> command, settings);
    }

    /** @param launcher returns a command that runs the service's command in the same process */
    static AttackedService start(Path directory, UnaryOperator<List<String>> launcher, String... settings)
            throws IOException, InterruptedException {
        return of(ServiceProcess.start(directory, command -> launcher.apply(withHeap(command)), settings));
    }

    /** Returns a started service, which is closed with the returned object. */
    static AttackedService of(ServiceProcess process) throws IOException, InterruptedException {
        try {
            return new AttackedService(process);
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            process.close();
            throw e;
        }
    }

    private static List<String> withHeap(List<String> command) {
        List<String> changed = new ArrayList<>(command);
        // The collector is the one that the JVM selects for so little memory.
        changed.addAll(1, List.of("-Xmx" + heapKilobytes() + "k", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"));
        return changed;
    }

    /** Returns the memory limit of the manifests. */
    static long memoryKilobytes() {
        return number(DEPLOYMENT, "limits:\\s+memory: (\\d+)Mi") * 1_024;
    }

    /** Returns the largest heap in that memory. */
    static long heapKilobytes() {
        return memoryKilobytes() * number(JAVA_OPTIONS, "MaxRAMPercentage=(\\d+)") / 100;
    }

    private static long number(Path file, String pattern) {
        try {
            Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(file));
            assertThat(matcher.find()).as("%s in %s", pattern, file).isTrue();
            return Long.parseLong(matcher.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI application() {
        return process.application();
    }

    URI management() {
        return process.management();
    }

    String output() {
        return process.output();
    }

    String scrape() throws IOException, InterruptedException {
        return process.scrape("/q/metrics", "text/plain");
    }

    String liveness() throws IOException, InterruptedException {
        return process.scrape("/q/health/live", "application/json");
    }

    /** Returns the sum of all samples of a metric that have these labels. */
    double sum(String metric, Map<String, String> labels) throws IOException, InterruptedException {
        return ScrapeText.values(scrape(), metric).entrySet().stream()
                .filter(sample -> sample.getKey().entrySet().containsAll(labels.entrySet()))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    void assertThatItAnswers() throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (URI url :
                    List.of(application().resolve("/api/rseq"), management().resolve("/q/health/live"))) {
                HttpRequest request =
                        HttpRequest.newBuilder(url).timeout(ANSWER).build();
                assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                        .as(url.toString())
                        .isEqualTo(200);
            }
        } catch (HttpTimeoutException e) {
            throw new AssertionError("no answer within " + ANSWER + ":\n" + jcmd("Thread.print") + output(), e);
        }
    }

    /** Waits until no connection, request or descriptor of an attack is left. */
    void assertThatNothingIsLeft() throws IOException, InterruptedException {
        assertThat(scrape()).contains("http_server_active_connections{", "http_server_active_requests{");
        Deadline deadline = Deadline.in(Duration.ofSeconds(30));
        while (!deadline.passed() && (active() > 0 || descriptors() > descriptors + MORE_DESCRIPTORS)) {
            deadline.pause();
        }
        assertThat(active()).as("active connections and requests").isZero();
        assertThat(descriptors()).as("descriptors").isLessThanOrEqualTo(descriptors + MORE_DESCRIPTORS);
        assertThat(status("VmHWM")).as("largest resident memory, in kB").isLessThan(memoryKilobytes());
        assertThat(output()).doesNotContain("OutOfMemoryError");
    }

    /** The connection of the scrape is on the other port. */
    private double active() throws IOException, InterruptedException {
        return sum("http_server_active_connections", Map.of()) + sum("http_server_active_requests", Map.of());
    }

    Usage usage() throws IOException, InterruptedException {
        jcmd("GC.run");
        long heap = (long) sum("jvm_memory_used_bytes", Map.of("area", "heap")) / 1_024;
        return new Usage(heap, status("VmRSS"), status("VmHWM"), status("Threads"), descriptors());
    }

    private String jcmd(String command) throws IOException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        command)
                .redirectErrorStream(true)
                .start();
        return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            return open.count();
        }
    }

    private long status(String key) throws IOException {
        return ProcessUsage.status(process.pid(), key);
    }

    @Override
    public void close() {
        process.close();
    }
}
