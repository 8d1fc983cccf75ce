package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.percpu.acceptance.HttpLoad.Requests;
import dev.percpu.binding.UnixDatagrams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service in a container of the image, under the constraints of the manifests. */
@Tag("acceptance")
@Timeout(420)
class ServiceImageTest {
    private static final Path DEFAULT_SECCOMP = Path.of("/usr/share/containers/seccomp.json");
    private static final Pattern PROBLEM = Pattern.compile("\\b(warn|warning|error)\\b", Pattern.CASE_INSENSITIVE);
    private static final Duration ATTACK = Duration.ofSeconds(15);
    private static final int REQUESTS = 2_000;
    private static final int CONNECTIONS = 8;
    private static final int DATAGRAMS = 5_000;
    private static final int EXIT_SIGTERM = 143;

    @TempDir
    private Path directory;

    @Test
    void shouldUseTheTrainedCache() throws IOException, InterruptedException {
        ServiceContainer container = ServiceContainer.constrained(directory).javaOption("-Xlog:aot");
        try (ServiceProcess service = ServiceProcess.start(directory, container)) {
            // The JVM goes on without a cache that it cannot use.
            assertThat(service.output())
                    .contains("Using AOT-linked classes: true")
                    .doesNotContain("Unable to use AOT cache", "error occurred while", "mismatch");
        }
    }

    @Test
    void shouldCountExactlyAndEndGracefully() throws IOException, InterruptedException {
        ServiceContainer container = ServiceContainer.constrained(directory);
        try (ServiceProcess service = ServiceProcess.start(directory, container, "quarkus.shutdown.delay=1S")) {
            JsonNode status = service.json("/api/rseq");
            assertThat(status.path("active").asBoolean()).as(status.toString()).isTrue();
            assertThat(status.path("owner").asText()).isEqualTo("libc");
            assertThatRequestsAreCounted(service);
            assertThat(linesOf(service, "status"))
                    .contains("CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2");
            assertThat(service.output()
                            .lines()
                            .filter(line -> PROBLEM.matcher(line).find()))
                    .as(service.output())
                    .allSatisfy(line -> assertThat(line).contains("the process may have 1024 open files"));
            for (String path : List.of("/", "/page.css", "/page.js", "/latency.js", "/q/openapi")) {
                assertThat(service.get(path)).as(path).isNotEmpty();
            }

            // There is no cgroup that would limit it.
            assertThat(ProcessUsage.status(service.pid(), "VmHWM"))
                    .as("largest resident memory, in kB")
                    .isLessThan(AttackedService.memoryKilobytes());

            service.terminate();
            assertThat(service.awaitExit(Duration.ofSeconds(10))).isEqualTo(EXIT_SIGTERM);
        }
    }

    /** By UDP, and by a Unix socket in a folder that is shared with the clients, as an emptyDir is. */
    @Test
    void shouldCountSamplesExactlyAndEndGracefully() throws IOException, InterruptedException {
        Path shared = Files.createDirectory(directory.resolve("shared"));
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path socket = shared.resolve("statsd.sock");
        int port = StatsdService.freePort();
        ServiceContainer container =
                ServiceContainer.constrained(directory).podmanOption("--volume=" + shared + ":/run/statsd");
        try (ServiceProcess service = ServiceProcess.start(
                        directory,
                        container,
                        "percpu.ingest.statsd.address=127.0.0.1:" + port,
                        "percpu.ingest.statsd.socket=/run/statsd/statsd.sock",
                        "quarkus.shutdown.delay=6S");
                UnixDatagrams client = new UnixDatagrams(socket);
                PeriodicScrape scrape = new PeriodicScrape(service, Duration.ofSeconds(1))) {
            byte[] datagram = "i.unix:1|c|#a:b\ni.time:20|ms".getBytes(StandardCharsets.US_ASCII);
            assertThat(linesOf(service, "status")).contains("CapEff:\t0000000000000000", "Seccomp:\t2");
            long sent = StatsdSenders.send(port, "i.udp:1|c\ni.time:20|ms", 500, 4_000);
            send(client, datagram);
            service.terminate();
            sent += StatsdSenders.send(port, "i.udp:1|c\ni.time:20|ms", 500, 4_000);
            send(client, datagram);

            assertThat(service.awaitExit(Duration.ofSeconds(30))).isEqualTo(EXIT_SIGTERM);
            double datagrams = 2 * DATAGRAMS;
            assertThat(ScrapeText.values(scrape.last(), "i_udp")).isEqualTo(Map.of(Map.of(), (double) sent));
            assertThat(ScrapeText.values(scrape.last(), "i_unix")).isEqualTo(Map.of(Map.of("a", "b"), datagrams));
            assertThat(ScrapeText.values(scrape.last(), "i_time_count")).isEqualTo(Map.of(Map.of(), sent + datagrams));
            assertThat(socket).doesNotExist();
        }
    }

    private static void send(UnixDatagrams client, byte[] datagram) {
        for (int i = 0; i < DATAGRAMS; i++) {
            client.send(datagram);
        }
    }

    @Test
    void shouldCountExactlyWithoutRseq() throws IOException, InterruptedException {
        ServiceContainer container =
                ServiceContainer.constrained(directory).podmanOption("--security-opt=seccomp=" + withoutRseq());
        try (ServiceProcess service = ServiceProcess.start(directory, container)) {
            JsonNode status = service.json("/api/rseq");
            assertThat(status.path("active").asBoolean()).as(status.toString()).isFalse();
            assertThat(status.path("findings").findValuesAsText("id")).contains("seccomp");
            assertThatRequestsAreCounted(service);
        }
    }

    @Test
    void shouldSurviveAttacks() throws Exception {
        ServiceContainer container = ServiceContainer.constrained(directory);
        try (AttackedService service = AttackedService.of(ServiceProcess.start(directory, container))) {
            long answers = ClientAttackSoakTest.attack(service, ATTACK);
            assertThatNothingIsLeftInTheEnd(service);
            assertThat(service.sum(
                            "http_server_requests_seconds_count",
                            Map.of("status", "200", "uri", ClientAttackSoakTest.READ)))
                    .isEqualTo(answers);
        }
    }

    /**
     * Waits until nothing is left and the service answers. The container has few descriptors, so the kernel still hands over connections of
     * the attack after the first ones have ended.
     */
    private static void assertThatNothingIsLeftInTheEnd(AttackedService service)
            throws IOException, InterruptedException {
        Deadline deadline = Deadline.in(Duration.ofSeconds(30));
        while (true) {
            try {
                service.assertThatNothingIsLeft();
                service.assertThatItAnswers();
                return;
            } catch (IOException | AssertionError e) {
                if (deadline.passed()) {
                    throw e;
                }
                deadline.pause();
            }
        }
    }

    @Test
    void shouldHaveNoFileThatTheUserCanWriteAndNoShell() throws IOException, InterruptedException {
        Path root = ServiceImage.build().root();
        for (String folder : List.of("app", "opt")) {
            try (Stream<Path> files = Files.walk(root.resolve(folder))) {
                assertThat(files.filter(file -> !Files.isSymbolicLink(file)))
                        .isNotEmpty()
                        .allSatisfy(file -> assertThat(
                                        Files.getPosixFilePermissions(file).toString())
                                .doesNotContain("OTHERS_WRITE", "GROUP_WRITE"))
                        .allSatisfy(file ->
                                assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(0));
            }
        }
        assertThat(root.resolve("bin/sh")).doesNotExist();
        JsonNode bom = new ObjectMapper().readTree(root.resolve("app/bom.json").toFile());
        assertThat(bom.path("bomFormat").asText()).isEqualTo("CycloneDX");
        assertThat(bom.path("components").findValuesAsText("name")).contains("jna", "micrometer-core", "vertx-core");
    }

    private static void assertThatRequestsAreCounted(ServiceProcess service) throws IOException, InterruptedException {
        List<Requests> plan = List.of(
                new Requests("GET", "/api/cpus", "/api/cpus", 200, REQUESTS),
                new Requests("GET", "/missing/#", "NOT_FOUND", 404, REQUESTS));
        HttpLoad.send(service.application(), plan, CONNECTIONS);
        Map<Map<String, String>, Double> counts =
                ScrapeText.values(service.scrape("/q/metrics", "text/plain"), "http_server_requests_seconds_count");
        for (Requests requests : plan) {
            assertThat(counts.entrySet())
                    .filteredOn(count -> count.getKey().get("uri").equals(requests.uri()))
                    .singleElement()
                    .extracting(Map.Entry::getValue)
                    .isEqualTo((double) requests.count());
        }
    }

    private static String linesOf(ServiceProcess service, String file) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(service.pid()), file));
    }

    /** Returns the default profile of podman without rseq, which then fails with an error. */
    private Path withoutRseq() throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonNode profile = json.readTree(DEFAULT_SECCOMP.toFile());
        boolean removed = false;
        for (JsonNode rule : profile.path("syscalls")) {
            for (Iterator<JsonNode> names = ((ArrayNode) rule.path("names")).elements(); names.hasNext(); ) {
                if (names.next().asText().equals("rseq")) {
                    names.remove();
                    removed = true;
                }
            }
        }
        assertThat(removed).as("rseq in %s", DEFAULT_SECCOMP).isTrue();
        Path file = directory.resolve("seccomp.json");
        json.writeValue(file.toFile(), profile);
        return file;
    }
}
