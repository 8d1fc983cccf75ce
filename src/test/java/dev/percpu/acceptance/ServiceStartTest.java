package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the packaged service binds and logs when it starts. */
@Tag("acceptance")
@Timeout(120)
class ServiceStartTest {

    private static final Pattern LINE = Pattern.compile(
            "page (http://\\S+), scrape (http://\\S+); (rseq (?:on|off) \\(.+\\), \\d+ shards?)$", Pattern.MULTILINE);

    @TempDir
    private Path directory;

    @Test
    void shouldBindTheLoopbackAddressOnly() throws IOException, InterruptedException {
        try (ServiceProcess service = ServiceProcess.start(directory)) {
            for (URI server : List.of(service.application(), service.management())) {
                assertThatNoException().isThrownBy(() -> connect("127.0.0.1", server.getPort()));
                // Another address of this machine: a server on all interfaces accepts connections there, too.
                assertThatExceptionOfType(ConnectException.class)
                        .isThrownBy(() -> connect("127.0.0.2", server.getPort()));
            }
        }
    }

    /** The directory of an open archive is in the heap: those of all archives take 2 MB. */
    @Test
    void shouldCloseTheArchivesThatTheStartHasOpened() throws IOException, InterruptedException {
        Path lib = Path.of(System.getProperty("test.service.jar")).resolveSibling("lib/main");
        try (ServiceProcess service = ServiceProcess.start(directory);
                Stream<Path> archives = Files.list(lib);
                Stream<Path> open = Files.list(Path.of("/proc", "" + service.pid(), "fd"))) {
            assertThat(archives).hasSizeGreaterThan(100);
            assertThat(open.map(ServiceStartTest::target).filter(file -> file.startsWith(lib)))
                    .hasSizeLessThan(30);
        }
    }

    @Test
    void shouldLoadMostClassesAheadOfTheFirstThread() throws IOException, InterruptedException {
        Path log = directory.resolve("classes.log");
        ServiceProcess.start(directory, command -> withOption(command, "-Xlog:class+load:file=" + log + ":tid"))
                .close();

        Map<String, List<String>> loadedByThread = Files.readAllLines(log).stream()
                .filter(line -> line.contains(" source: file:"))
                .collect(Collectors.groupingBy(line -> line.substring(0, line.indexOf(' '))));

        assertThat(loadedByThread.values())
                .filteredOn(classes -> classes.stream().noneMatch(line -> line.contains(" dev.percpu.service.Main ")))
                .anySatisfy(classes -> assertThat(classes).hasSizeGreaterThan(1_500));
    }

    private static List<String> withOption(List<String> command, String option) {
        List<String> all = new ArrayList<>(command);
        all.add(1, option);
        return all;
    }

    private static Path target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor);
        } catch (IOException e) {
            return descriptor; // closed since it was listed
        }
    }

    @Test
    void shouldReportAPortThatCannotBeUsedInThreeLines() throws IOException, InterruptedException {
        int free = FreePort.next();
        int other = FreePort.next();
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int used = socket.getLocalPort();
            assertThat(refusedStart(free, free))
                    .contains("quarkus.http.port and quarkus.management.port must be different, but both were " + free);
            assertThat(refusedStart(used, free))
                    .contains("quarkus.http.port must be a port that is free on 127.0.0.1, but was " + used);
            assertThat(refusedStart(free, used))
                    .contains("quarkus.management.port must be a port that is free on 127.0.0.1, but was " + used);
            assertThat(refusedStart(70_000, other))
                    .contains("quarkus.http.port must be a whole number from 0 to 65535, but was 70000");
            assertThat(refusedStart(free, -1))
                    .contains("quarkus.management.port must be a whole number from 0 to 65535, but was -1");
        }
    }

    private static String refusedStart(int application, int management) throws IOException, InterruptedException {
        Process service = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dquarkus.http.port=" + application,
                        "-Dquarkus.management.port=" + management,
                        "-jar",
                        System.getProperty("test.service.jar"))
                .redirectErrorStream(true)
                .start();
        String output = new String(service.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(service.waitFor()).as(output).isEqualTo(1);
        assertThat(output.lines()).as(output).hasSizeLessThanOrEqualTo(3);
        return output;
    }

    @Test
    void shouldLogOneLineWithUrlsThatAnswer() throws IOException, InterruptedException {
        try (ServiceProcess service = ServiceProcess.start(directory);
                HttpClient client = HttpClient.newHttpClient()) {
            Deadline deadline = Deadline.in(Duration.ofSeconds(30));
            while (!service.output().contains("scrape http") && !deadline.passed()) {
                deadline.pause();
            }
            List<MatchResult> lines = LINE.matcher(service.output()).results().toList();

            assertThat(lines).as(service.output()).hasSize(1);
            for (int url = 1; url <= 2; url++) {
                HttpRequest request = HttpRequest.newBuilder(
                                URI.create(lines.getFirst().group(url)))
                        .build();
                assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                        .as(request.uri().toString())
                        .isEqualTo(200);
            }
            assertThat(lines.getFirst().group(3))
                    .startsWith(service.json("/api/rseq").path("active").asBoolean() ? "rseq on (" : "rseq off (")
                    .contains(
                            ", " + service.json("/api/rseq").at("/shards/count").asInt() + " shard");
        }
    }

    private static void connect(String address, int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getByName(address), port)) {
            socket.setTcpNoDelay(true);
        }
    }
}
