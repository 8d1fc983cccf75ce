package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** StatsD into the packaged service: exact totals below and above its limit, sockets, start and end. */
@Tag("acceptance")
@Timeout(180)
class StatsdTest {
    private static final int EXIT_SIGTERM = 143;
    private static final String PYTHON = "/usr/bin/python3";

    /** 512 MiB, which no kernel grants by default. */
    private static final long REQUESTED = 512 << 20;

    @TempDir
    private Path directory;

    @Test
    void shouldAddUpEightSendersExactly() throws Exception {
        try (StatsdService service = StatsdService.start(directory, "percpu.ingest.receivers=4")) {
            String packet =
                    "t.requests:1|c|#method:get\nt.requests:2|c|@0.5|#method:put\nt.time:20|ms\nt.size:1:2:3|d\nt.open:7|g";
            long sent = service.sendBelowTheLimit(packet, 5_000);

            JsonNode counts = service.awaitArrived(sent);
            assertThat(counts.path("droppedPackets").asLong()).isZero();
            assertThat(counts.path("packets").asLong()).isEqualTo(sent).isEqualTo(8 * 5_000L);
            assertThat(counts.path("receivers").asInt()).isEqualTo(4);
            assertThat(StatsdService.rejected(counts)).isZero();
            assertThat(service.values("t_requests"))
                    .isEqualTo(Map.of(Map.of("method", "get"), 1.0 * sent, Map.of("method", "put"), 4.0 * sent));
            assertThat(service.values("t_time_count")).isEqualTo(Map.of(Map.of(), 1.0 * sent));
            assertThat(service.values("t_time_sum")).isEqualTo(Map.of(Map.of(), 0.02 * sent));
            assertThat(service.values("t_size_count")).isEqualTo(Map.of(Map.of(), 3.0 * sent));
            assertThat(service.values("t_size_sum")).isEqualTo(Map.of(Map.of(), 6.0 * sent));
            assertThat(service.values("t_open")).isEqualTo(Map.of(Map.of(), 7.0));
        }
    }

    /** While the mapping file changes twice a second, and the service is scraped. */
    @Test
    void shouldLoseNoneOfTenMillionSamples() throws Exception {
        Path mapping = Files.writeString(directory.resolve("mapping.yml"), mapping(0));
        try (StatsdService service = StatsdService.start(directory, "percpu.ingest.statsd.mapping=" + mapping);
                PeriodicScrape _ = new PeriodicScrape(service.process(), Duration.ofMillis(500))) {
            int lines = 20;
            String packet = String.join(
                    "\n",
                    IntStream.range(0, lines)
                            .mapToObj(i -> i % 2 == 0
                                    ? "shop.cart.time:" + i + "|ms|#shard:" + i
                                    : "shop.cart.added:1|c|#shard:" + i)
                            .toList());
            int parts = 20;
            int packets = 10_000_000 / lines / StatsdSenders.COUNT / parts;
            CompletableFuture<Void> stopped = new CompletableFuture<>();
            Thread changes = Thread.ofPlatform().start(() -> change(mapping, stopped));
            long sent = 0;
            for (int part = 1; part <= parts; part++) {
                sent += service.sendBelowTheLimit(packet, packets);
                awaitReloads(service, 1 + part / 2); // the start is one
            }

            JsonNode counts = service.awaitArrived(sent);
            stopped.complete(null);
            changes.join();
            assertThat(counts.path("droppedPackets").asLong()).isZero();
            assertThat(counts.path("samples").asLong()).isEqualTo(10_000_000);
            assertThat(counts.at("/mapping/reloads").asLong()).isGreaterThan(10);
            assertThat(counts.at("/mapping/failedReloads").asLong()).isZero();
            assertThat(sum(service.values("shop_cart_total"))).isEqualTo(5_000_000);
            assertThat(sum(service.values("shop_cart_seconds_count"))).isEqualTo(5_000_000);
            assertThat(sum(service.values("percpu_ingest_samples_total"))).isEqualTo(10_000_000);
        }
    }

    /** Waits until the mapping has been read this often, so that a fast machine reads it as often as a slow one. */
    private static void awaitReloads(StatsdService service, long reloads) throws Exception {
        Deadline deadline = Deadline.in(Duration.ofSeconds(30));
        while (service.counts().at("/mapping/reloads").asLong() < reloads) {
            assertThat(deadline.passed())
                    .as("time for %d reloads is over", reloads)
                    .isFalse();
            deadline.pause();
        }
    }

    private static String mapping(int version) {
        return "# version " + version + "\n"
                + "mappings:\n"
                + "- match: shop.*.time\n  name: shop_${1}_seconds\n"
                + "- match: shop.*.added\n  name: shop_${1}_total\n";
    }

    private static void change(Path mapping, CompletableFuture<Void> stopped) {
        try {
            for (int version = 1; !stopped.isDone(); version++) {
                // As editors and the kubelet do: a file is replaced as a whole.
                Path changed = Files.writeString(mapping.resolveSibling("changed.yml"), mapping(version));
                Files.move(changed, mapping, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
                TimeUnit.MILLISECONDS.sleep(500);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double sum(Map<?, Double> values) {
        return values.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** A packet must not replace a family of the service, whenever the service registers it. */
    @Test
    void shouldKeepItsOwnFamilies() throws Exception {
        try (StatsdService service = StatsdService.start(directory)) {
            service.process().json("/api/rseq"); // registers the metrics of requests
            Set<String> before = families(service);
            assertThat(before).contains("http_server_requests_seconds", "jvm_info", "process_cpu_seconds_total");
            List<String> lines = before.stream()
                    .flatMap(name -> Stream.of(name, name.replaceAll("_[a-z]+$", ""), name + "_count"))
                    .distinct()
                    .flatMap(name -> Stream.of(name + ":7|g", name + ":7|c", name + ":7|ms"))
                    .toList();
            for (String line : lines) {
                StatsdSenders.send(service.port(), line, 1, 0);
            }

            JsonNode counts = service.awaitArrived(lines.size() * (long) StatsdSenders.COUNT);
            assertThat(counts.path("droppedPackets").asLong()).isZero();
            Set<String> after = families(service);
            assertThat(after).containsAll(before);
            assertThat(types(service)).hasSameSizeAs(after);
        }
    }

    private static Set<String> families(StatsdService service) throws Exception {
        return types(service).stream().map(line -> line.split(" ")[2]).collect(Collectors.toSet());
    }

    private static List<String> types(StatsdService service) throws Exception {
        return service.process()
                .scrape("/q/metrics", "text/plain")
                .lines()
                .filter(line -> line.startsWith("# TYPE "))
                .toList();
    }

    /** The service is stopped for a moment, so that its buffers fill. */
    @Test
    void shouldCountEveryPacketAtOverload() throws Exception {
        try (StatsdService service = StatsdService.start(directory, "percpu.ingest.receive-buffer=64K")) {
            String packet = "o.count:1|c\n".repeat(9) + "o.count:one|c";
            signal(service, "STOP");
            long sent = StatsdSenders.send(service.port(), packet, 2_000, 0);
            signal(service, "CONT");
            sent += StatsdSenders.send(service.port(), packet, 50_000, 0);

            JsonNode counts = service.awaitArrived(sent);
            long packets = counts.path("packets").asLong();
            assertThat(counts.path("droppedPackets").asLong()).isPositive().isEqualTo(sent - packets);
            assertThat(counts.path("samples").asLong()).isEqualTo(9 * packets);
            assertThat(StatsdService.rejected(counts)).isEqualTo(packets);
            assertThat(service.values("o_count")).isEqualTo(Map.of(Map.of(), 9.0 * packets));
            assertThat(findings(service)).contains("ingest-drops error", "ingest-rejections warning");
        }
    }

    private static void signal(StatsdService service, String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(
                                "kill",
                                "-" + name,
                                Long.toString(service.process().pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static List<String> findings(StatsdService service) throws IOException, InterruptedException {
        List<String> findings = new java.util.ArrayList<>();
        service.process()
                .json("/api/rseq")
                .path("findings")
                .forEach(finding -> findings.add(finding.path("id").asText() + " "
                        + finding.path("severity").asText()));
        return findings;
    }

    @Test
    void shouldFindAReceiveBufferThatTheKernelDidNotGrant() throws Exception {
        try (StatsdService service = StatsdService.start(directory, "percpu.ingest.receive-buffer=512M")) {
            JsonNode counts = service.counts();
            long granted = counts.path("grantedBufferBytes").asLong();

            assertThat(counts.path("requestedBufferBytes").asLong()).isEqualTo(REQUESTED);
            assertThat(granted).isPositive().isLessThanOrEqualTo(REQUESTED);
            assertThat(service.values("percpu_ingest_receive_buffer_bytes"))
                    .isEqualTo(Map.of(Map.of("protocol", "statsd"), (double) granted));
            assertThat(findings(service).contains("receive-buffer-small info")).isEqualTo(granted < REQUESTED);
        }
    }

    @Test
    void shouldReportAnAddressThatCannotBeUsedInOneSentence() throws Exception {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            String used = "127.0.0.1:" + socket.getLocalPort();

            assertThat(refusedStart("percpu.ingest.statsd.address=" + used))
                    .contains("percpu.ingest.statsd.address must be ", ", but was " + used);
        }
        assertThat(refusedStart("percpu.ingest.statsd.address=203.0.113.1:8125"))
                .contains("percpu.ingest.statsd.address must be ", ", but was 203.0.113.1:8125");
        Path file = Files.writeString(directory.resolve("file"), "a file");
        assertThat(refusedStart("percpu.ingest.statsd.socket=" + file))
                .contains("percpu.ingest.statsd.socket must be ", ", but was " + file);
        assertThat(file).hasContent("a file");
        assertThat(refusedStart(
                        "percpu.ingest.statsd.address=127.0.0.1:0",
                        "percpu.ingest.statsd.mapping=" + directory.resolve("missing.yml")))
                .contains("percpu.ingest.statsd.mapping must be ", "missing.yml");
        assertThat(refusedStart(
                        "percpu.ingest.statsd.address=127.0.0.1:0",
                        "percpu.native.required=false",
                        "percpu.native.dir=" + directory))
                .contains("percpu.ingest.statsd.address must be off without the native library, but was 127.0.0.1:0");
    }

    private static String refusedStart(String... settings) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dquarkus.http.port=0",
                "-Dquarkus.management.port=0"));
        for (String setting : settings) {
            command.add("-D" + setting);
        }
        command.addAll(List.of("-jar", System.getProperty("test.service.jar")));
        Process service = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(service.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(service.waitFor()).as(output).isEqualTo(1);
        assertThat(output).doesNotContain("\tat ");
        assertThat(output.lines().filter(line -> line.contains(" must ")))
                .as(output)
                .hasSize(1);
        return output;
    }

    @Test
    void shouldRecordUntilTheEndAndBeScraped() throws Exception {
        Duration interval = Duration.ofSeconds(2);
        try (StatsdService service =
                        StatsdService.start(directory, "quarkus.shutdown.delay=" + interval.multipliedBy(3));
                PeriodicScrape scrape = new PeriodicScrape(service.process(), interval)) {
            long sent = StatsdSenders.send(service.port(), "e.count:1|c", 500, 4_000);
            service.process().terminate();
            sent += StatsdSenders.send(service.port(), "e.count:1|c", 500, 4_000);

            assertThat(service.process().awaitExit(Duration.ofSeconds(30))).isEqualTo(EXIT_SIGTERM);
            assertThat(sum(ScrapeText.values(scrape.last(), "e_count"))).isEqualTo(sent);
        }
    }

    @Test
    void shouldReceiveFromAUnixSocket() throws Exception {
        Path socket = directory.resolve("statsd.socket");
        try (ServiceProcess service = ServiceProcess.start(directory, "percpu.ingest.statsd.socket=" + socket)) {
            String script = "import socket\n"
                    + "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
                    + "s.connect('" + socket + "')\n"
                    + "for i in range(20000): s.send(b'u.count:1|c\\nu.time:2|ms|#pad:' + b'x' * 900)\n";
            Program.start("python", directory, List.of(PYTHON, "-c", script)).awaitEnd(Duration.ofSeconds(60));
            Deadline deadline = Deadline.in(Duration.ofSeconds(30));
            while (service.json("/api/ingest").at("/protocols/0/samples").asLong() < 40_000 && !deadline.passed()) {
                deadline.pause();
            }

            String scraped = service.scrape("/q/metrics", "text/plain");
            assertThat(ScrapeText.values(scraped, "u_count")).isEqualTo(Map.of(Map.of(), 20_000.0));
            assertThat(sum(ScrapeText.values(scraped, "u_time_count"))).isEqualTo(20_000);
            assertThat(service.output()).contains("statsd " + socket);
            service.terminate();
            assertThat(service.awaitExit(Duration.ofSeconds(30))).isEqualTo(EXIT_SIGTERM);
            assertThat(socket).doesNotExist();
        }
    }
}
