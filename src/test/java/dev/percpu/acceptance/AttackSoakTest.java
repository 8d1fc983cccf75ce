package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * All attacks of clients at once, on the packaged service with the heap of the manifests, beside a client that means well. It takes
 * {@code test.soak.seconds}, and runs by hand only: {@code .build/mvn test -Dgroups=acceptance -DexcludedGroups= -Dtest=AttackSoakTest
 * -Dtest.jvmArgs=-Dtest.soak.seconds=300}.
 */
@Tag("acceptance")
@EnabledIfSystemProperty(named = "test.soak.seconds", matches = "[0-9]+")
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class AttackSoakTest {
    private static final Duration SOAK = Duration.ofSeconds(Integer.getInteger("test.soak.seconds", 60));
    private static final String GET = "GET /api/rseq HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String UNFINISHED = "POST /api/rseq HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc";
    private static final String MALFORMED = "GET /%zz HTTP/1.1\r\nHost: [::\r\n\r\n\0\r\n\r\n";

    @TempDir
    private Path directory;

    private final AtomicBoolean ended = new AtomicBoolean();

    /** What a client does to the service, once. */
    private interface Attack {
        void run(URI application) throws IOException, InterruptedException;
    }

    private static final List<Attack> ATTACKS = List.of(
            application -> send(application, GET.repeat(20) + UNFINISHED, false),
            application -> send(application, GET.repeat(20), true),
            application -> send(application, MALFORMED, false),
            AttackSoakTest::pipelineWithoutReading,
            AttackSoakTest::openStreamsWithoutReading,
            AttackSoakTest::resetStreams,
            AttackSoakTest::openManyConnections);

    @Test
    void shouldStayFlatAndExact() throws Exception {
        try (ServiceProcess service = ServiceProcess.start(directory, AttackSoakTest::withHeapOfTheManifests)) {
            List<Thread> attackers = ATTACKS.stream()
                    .map(attack -> Thread.ofPlatform().daemon().start(() -> repeat(attack, service.application())))
                    .toList();
            Usage early = null;
            long answers = 0;
            Deadline quarter = Deadline.in(SOAK.dividedBy(4));
            Deadline end = Deadline.in(SOAK);
            try (HttpClient client = HttpClient.newHttpClient()) {
                while (!end.passed()) {
                    answers += request(client, service.application().resolve("/api/cpus"));
                    if (early == null && quarter.passed()) {
                        early = Usage.of(service);
                    }
                    end.pause();
                }
                ended.set(true);
                for (Thread attacker : attackers) {
                    attacker.join(20_000);
                }
                Deadline rest = Deadline.in(Duration.ofSeconds(10));
                while (value(service, "http_server_active_connections") > 1 && !rest.passed()) {
                    rest.pause();
                }
                answers += request(client, service.application().resolve("/api/cpus"));
            }
            Usage late = Usage.of(service);
            System.out.println("Soak of " + SOAK + ": " + answers + " answers; early " + early + ", late " + late);

            assertThat(value(service, "http_server_requests_seconds_count\\{[^}]*uri=\"/api/cpus\"[^}]*}"))
                    .as("answers counted by the service")
                    .isEqualTo(answers);
            assertThat(value(service, "http_server_active_connections")).isLessThanOrEqualTo(1);
            assertThat(value(service, "http_server_active_requests")).isZero();
            assertThat(late.isFlatSince(early))
                    .as("early %s, late %s", early, late)
                    .isTrue();
            assertThat(service.output()).doesNotContain("OutOfMemoryError");
            assertThat(service.output().lines()).as("log lines").hasSizeLessThan(60 + (int) SOAK.toSeconds());
        }
    }

    private static List<String> withHeapOfTheManifests(List<String> command) {
        List<String> changed = new ArrayList<>(command);
        changed.addAll(1, List.of("-Xmx307m", "-XX:+ExitOnOutOfMemoryError"));
        return changed;
    }

    private void repeat(Attack attack, URI application) {
        while (!ended.get()) {
            try {
                attack.run(application);
                Thread.sleep(5);
            } catch (IOException e) {
                // The service has closed the connection.
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static void send(URI application, String text, boolean reset) throws IOException {
        try (Socket socket = new Socket(application.getHost(), application.getPort())) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            if (reset) {
                socket.setSoLinger(true, 0); // the close resets the connection
            }
        }
    }

    private static void pipelineWithoutReading(URI application) throws IOException {
        try (Socket socket = new Socket(application.getHost(), application.getPort())) {
            byte[] requests = GET.repeat(1_000).getBytes(StandardCharsets.US_ASCII);
            Thread writer = Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (true) {
                        socket.getOutputStream().write(requests);
                    }
                } catch (IOException e) {
                    // closed below
                }
            });
            try {
                writer.join(2_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void openStreamsWithoutReading(URI application) throws IOException {
        try (Http2Client client = new Http2Client(application, "/api/rseq")) {
            for (int i = 0; i < 10_000; i++) {
                client.openStream();
            }
            client.flush();
        }
    }

    private static void resetStreams(URI application) throws IOException {
        try (Http2Client client = new Http2Client(application, "/api/rseq")) {
            for (int i = 0; i < 10_000; i++) {
                client.openAndResetStream();
                client.ping();
                client.changeSettings();
            }
            client.flush();
        }
    }

    private static void openManyConnections(URI application) throws IOException, InterruptedException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sockets.add(new Socket(application.getHost(), application.getPort()));
        }
        Thread.sleep(200);
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** Returns 1 for an answer within 5 seconds. */
    private static int request(HttpClient client, URI uri) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build();
        assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
        return 1;
    }

    private static double value(ServiceProcess service, String series) throws IOException, InterruptedException {
        String scrape = service.scrape("/q/metrics", "text/plain");
        Matcher sample = Pattern.compile("^" + series + "(?:\\{[^}]*})? (\\S+)$", Pattern.MULTILINE)
                .matcher(scrape);
        assertThat(sample.find()).as(series + " in\n" + scrape).isTrue();
        return Double.parseDouble(sample.group(1));
    }

    /**
     * What a process uses.
     *
     * @param heapMiB heap after a collection
     */
    private record Usage(long heapMiB, long residentMiB, long threads, long descriptors) {

        static Usage of(ServiceProcess service) throws IOException, InterruptedException {
            new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(service.pid()),
                            "GC.run")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            Matcher heap = Pattern.compile("^jvm_memory_used_bytes\\{area=\"heap\".*} (\\S+)$", Pattern.MULTILINE)
                    .matcher(service.scrape("/q/metrics", "text/plain"));
            double bytes = 0;
            while (heap.find()) {
                bytes += Double.parseDouble(heap.group(1));
            }
            Path process = Path.of("/proc", Long.toString(service.pid()));
            String status = Files.readString(process.resolve("status"));
            try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
                return new Usage(
                        (long) bytes >> 20,
                        number(status, "VmRSS") >> 10,
                        number(status, "Threads"),
                        descriptors.count());
            }
        }

        private static long number(String status, String key) {
            Matcher line = Pattern.compile("^" + key + ":\\s+(\\d+)", Pattern.MULTILINE)
                    .matcher(status);
            assertThat(line.find()).as(key).isTrue();
            return Long.parseLong(line.group(1));
        }

        /** The early usage is of a service under attack, so it may have more connections, but no less memory. */
        boolean isFlatSince(Usage early) {
            return heapMiB <= early.heapMiB + 16
                    && residentMiB <= early.residentMiB + 64
                    && threads <= early.threads + 8
                    && descriptors <= early.descriptors + 8;
        }
    }
}
