package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attacks of single clients on the packaged service, with the heap of the manifests. Afterwards it answers, and nothing is left behind. */
@Tag("acceptance")
@Timeout(180)
class ClientAttackTest {
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final String GET = "GET /api/rseq HTTP/1.1\r\nHost: x\r\n\r\n";

    @TempDir
    private Path directory;

    private ServiceProcess start(String... settings) throws IOException, InterruptedException {
        return ServiceProcess.start(directory, ClientAttackTest::withHeap, settings);
    }

    private static List<String> withHeap(List<String> command) {
        List<String> changed = new ArrayList<>(command);
        changed.addAll(1, List.of("-Xmx307m", "-XX:+ExitOnOutOfMemoryError"));
        return changed;
    }

    private static Socket connect(ServiceProcess service) throws IOException {
        URI application = service.application();
        Socket socket = new Socket(application.getHost(), application.getPort());
        socket.setSoTimeout(5_000);
        return socket;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void assertThatItAnswers(ServiceProcess service) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(service.application().resolve("/api/rseq"))
                    .timeout(ANSWER)
                    .build();
            assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(200);
        }
    }

    /** Waits until no connection and no request is active. The connection of the scrape is on the other port. */
    private static void assertThatNothingIsLeft(ServiceProcess service) throws IOException, InterruptedException {
        Deadline deadline = Deadline.in(Duration.ofSeconds(10));
        while (active(service, "connections") + active(service, "requests") > 0 && !deadline.passed()) {
            deadline.pause();
        }
        assertThat(active(service, "connections")).as("connections").isZero();
        assertThat(active(service, "requests")).as("requests").isZero();
    }

    private static double active(ServiceProcess service, String kind) throws IOException, InterruptedException {
        String scrape = service.scrape("/q/metrics", "text/plain");
        Matcher sample = Pattern.compile("^http_server_active_" + kind + "\\{[^}]*} (\\S+)$", Pattern.MULTILINE)
                .matcher(scrape);
        double sum = 0;
        boolean found = false;
        while (sample.find()) {
            found = true;
            sum += Double.parseDouble(sample.group(1));
        }
        assertThat(found).as("http_server_active_" + kind + " in\n" + scrape).isTrue();
        return sum;
    }

    /** With Vert.x 4.5.27, the end of such a connection was never reported, and the limit of connections was reached for good. */
    @Test
    void shouldReleaseConnectionsThatEndWithinAPipelinedRequest() throws IOException, InterruptedException {
        try (ServiceProcess service = start("quarkus.http.limits.max-connections=20")) {
            byte[] attack =
                    ascii(GET.repeat(20) + "POST /api/rseq HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
            for (int i = 0; i < 200; i++) {
                try (Socket socket = connect(service)) {
                    socket.getOutputStream().write(attack);
                }
            }
            assertThatNothingIsLeft(service);
            assertThatItAnswers(service);
            assertThat(service.output().lines()).as("log lines").hasSizeLessThan(30);
        }
    }

    /** Only the first response of a connection can reach the socket: the client has closed it without reading. */
    @Test
    void shouldCountRequestsWithoutAnAnswerAsReset() throws IOException, InterruptedException {
        try (ServiceProcess service = start()) {
            byte[] requests = ascii("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n".repeat(20));
            for (int i = 0; i < 100; i++) {
                try (Socket socket = connect(service)) {
                    socket.getOutputStream().write(requests);
                    socket.setSoLinger(true, 0); // the close resets the connection
                }
            }
            assertThatNothingIsLeft(service);
            assertThat(requests(service, "404")).isLessThanOrEqualTo(100);
            assertThat(requests(service, "RESET")).isPositive();
        }
    }

    private static double requests(ServiceProcess service, String status) throws IOException, InterruptedException {
        Matcher sample = Pattern.compile(
                        "^http_server_requests_seconds_count\\{[^}]*status=\"" + status + "\"[^}]*} (\\S+)$",
                        Pattern.MULTILINE)
                .matcher(service.scrape("/q/metrics", "text/plain"));
        double sum = 0;
        while (sample.find()) {
            sum += Double.parseDouble(sample.group(1));
        }
        return sum;
    }

    @Test
    void shouldLogOneLinePerKindOfMalformedRequest() throws IOException, InterruptedException {
        try (ServiceProcess service = start()) {
            long before = service.output().lines().count();
            List<String> malformed = List.of(
                    "\0GARBAGE\r\n\r\n",
                    "GET / HTTP/9.9\r\n\r\n",
                    "GET / HTTP/1.1\r\n\r\n",
                    "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: [::\r\n\r\n",
                    "POST /api/rseq HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                    "POST /api/rseq HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "x".repeat(200));
            for (URI port : List.of(service.application(), service.management())) {
                for (String text : malformed) {
                    for (int i = 0; i < 20; i++) {
                        try (Socket socket = new Socket(port.getHost(), port.getPort())) {
                            socket.getOutputStream().write(ascii(text));
                        }
                    }
                }
            }
            assertThatNothingIsLeft(service);
            assertThatItAnswers(service);
            assertThat(service.output().lines().count() - before)
                    .as(service.output())
                    .isLessThanOrEqualTo(malformed.size());
        }
    }

    @Test
    void shouldBoundTheRequestsOfClientsThatDoNotRead() throws IOException, InterruptedException {
        try (ServiceProcess service = start()) {
            List<Socket> sockets = new ArrayList<>();
            List<Thread> clients = new ArrayList<>();
            byte[] many = ascii(GET.repeat(1_000));
            for (int i = 0; i < 30; i++) {
                Socket socket = connect(service);
                sockets.add(socket);
                clients.add(Thread.ofPlatform().daemon().start(() -> sendUntilClosed(socket, many)));
            }
            Thread.sleep(Duration.ofSeconds(20)); // the attack lasts this long
            assertThatItAnswers(service);
            for (Socket socket : sockets) {
                socket.close();
            }
            for (Thread client : clients) {
                client.join(10_000);
            }
            assertThatNothingIsLeft(service);
            assertThatItAnswers(service);
            assertThat(service.output()).doesNotContain("OutOfMemoryError");
        }
    }

    @Test
    void shouldStayLiveWithAsManyClientsAsAllowed() throws IOException, InterruptedException {
        try (ServiceProcess service = start("quarkus.http.limits.max-connections=20")) {
            for (int i = 0; i < 10; i++) {
                assertThat(service.scrape("/q/health/live", "application/json"))
                        .contains("\"checked\": true", "\"UP\"");
            }
            assertThat(service.scrape("/q/metrics", "text/plain"))
                    .as("a check is no request")
                    .doesNotContain("http_server_requests_seconds_count{", "http_server_errors_total{");
            assertThat(service.output()).doesNotContain("WARN", "ERROR");
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                sockets.add(connect(service));
            }
            for (int i = 0; i < 5; i++) {
                assertThat(service.scrape("/q/health/live", "application/json")).contains("\"UP\"");
            }
            for (Socket socket : sockets) {
                socket.close();
            }
            assertThatNothingIsLeft(service);
            assertThatItAnswers(service);
        }
    }

    /** Without a descriptor, the class loader of Quarkus cannot open an archive, and blocked both event loops for good. */
    @Test
    void shouldKeepDescriptorsWithMoreClientsThanDescriptors() throws IOException, InterruptedException {
        UnaryOperator<List<String>> limited = command -> {
            List<String> changed = new ArrayList<>(List.of("sh", "-c", "ulimit -n 200; exec \"$@\"", "sh"));
            changed.addAll(withHeap(command));
            return changed;
        };
        try (ServiceProcess service = ServiceProcess.start(directory, limited)) {
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                Socket socket = connect(service);
                sockets.add(socket);
                try {
                    socket.getOutputStream().write(ascii(GET));
                } catch (IOException e) {
                    // The service has closed the connection.
                }
            }
            for (int i = 0; i < 4; i++) {
                assertThat(service.scrape("/q/health/live", "application/json")).contains("\"UP\"");
            }
            for (Socket socket : sockets) {
                socket.close();
            }
            assertThatItAnswers(service);
            assertThatNothingIsLeft(service);
            assertThat(service.output()).containsOnlyOnce("200 open files").doesNotContain("ERROR", "Exception");
        }
    }

    /** The client allows no byte of a response, ignores the limit of streams, and reads nothing. */
    @Test
    void shouldSurviveManyHttp2StreamsOfClientsThatDoNotRead() throws IOException, InterruptedException {
        try (ServiceProcess service = start()) {
            List<Http2Client> clients = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Http2Client client = new Http2Client(service.application(), "/api/rseq");
                clients.add(client);
                threads.add(Thread.ofPlatform().daemon().start(() -> openStreams(client, 100_000)));
            }
            for (Thread thread : threads) {
                thread.join(20_000);
            }
            assertThatItAnswers(service);
            for (Http2Client client : clients) {
                client.close();
            }
            assertThatNothingIsLeft(service);
            assertThatItAnswers(service);
            assertThat(service.output()).doesNotContain("OutOfMemoryError");
            assertThat(service.output().lines()).as("log lines").hasSizeLessThan(30);
        }
    }

    private static void openStreams(Http2Client client, int streams) {
        try {
            for (int i = 0; i < streams; i++) {
                client.openStream();
            }
            client.flush();
        } catch (IOException e) {
            // The test, or the service, has closed the connection.
        }
    }

    /** Each frame makes the server answer with a frame of its own, and the client reads none of them. */
    @ParameterizedTest
    @EnumSource
    void shouldCloseTheConnectionOfAFloodOfControlFrames(Flood flood) throws IOException, InterruptedException {
        try (ServiceProcess service = start()) {
            for (URI port : List.of(service.application(), service.management())) {
                try (Http2Client client = new Http2Client(port, "/q/health/live")) {
                    assertThatIOException().as("%s", port).isThrownBy(() -> {
                        for (int i = 0; i < 2_000_000; i++) {
                            flood.send(client);
                        }
                    });
                }
            }
            assertThatNothingIsLeft(service);
            assertThatItAnswers(service);
            assertThat(service.output()).doesNotContain("OutOfMemoryError");
        }
    }

    enum Flood {
        STREAMS_AND_RESETS {
            @Override
            void send(Http2Client client) throws IOException {
                client.openAndResetStream();
            }
        },
        PINGS {
            @Override
            void send(Http2Client client) throws IOException {
                client.ping();
            }
        },
        SETTINGS {
            @Override
            void send(Http2Client client) throws IOException {
                client.changeSettings();
            }
        };

        abstract void send(Http2Client client) throws IOException;
    }

    private static void sendUntilClosed(Socket socket, byte[] bytes) {
        try {
            OutputStream out = socket.getOutputStream();
            while (true) {
                out.write(bytes);
            }
        } catch (IOException e) {
            // The test, or the service, has closed the connection.
        }
    }
}
