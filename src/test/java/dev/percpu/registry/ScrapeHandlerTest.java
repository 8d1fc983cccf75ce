package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;
import dev.percpu.Eventually;
import dev.percpu.scrape.ScrapeType;
import io.micrometer.core.instrument.Gauge;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ScrapeHandlerTest {
    private final Map<String, String> settings = new HashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpClient client = HttpClient.newHttpClient();
    private PerCpuMeterRegistry registry;
    private PerCpuMeters meters;
    private HttpServer server;

    private void start() throws IOException {
        PerCpuConfig config = settings::get;
        start(new PerCpuMeterRegistry(config));
    }

    private void start(PerCpuMeterRegistry scraped) throws IOException {
        registry = scraped;
        meters = new PerCpuMeters(registry);
        meters.bindTo(registry);
        registry.counter("orders", "kind", "web").increment(3);
        registry.timer("checkout").record(Duration.ofMillis(5));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", new ScrapeHandler(registry, meters));
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        client.shutdownNow();
        if (server != null) {
            server.stop(0);
            registry.close();
        }
        threads.shutdownNow();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path));
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path);
        return client.send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }

    private double failures(ScrapeFailure reason) {
        return registry.get("percpu.scrape.failures")
                .tag("reason", reason.toString())
                .counter()
                .count();
    }

    @Test
    void shouldReturnTheScrapeOfTheRegistry() throws Exception {
        start();

        HttpResponse<String> response = get("/metrics");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().map())
                .containsEntry("content-type", List.of("text/plain; version=0.0.4; charset=utf-8"))
                .containsEntry("vary", List.of("Accept"))
                .containsEntry("cache-control", List.of("no-store"));
        assertThat(response.body()).contains("orders_total{kind=\"web\"} 3.0", "checkout_seconds_count 1");
        Eventually.assertEventually(() -> registry.get("percpu.scrape").timer().count(), 1L);
        assertThat(registry.get("percpu.scrape.bytes").summary().totalAmount())
                .isEqualTo(response.body().getBytes(StandardCharsets.UTF_8).length);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/openmetrics-text;version=1.0.0 | application/openmetrics-text; version=1.0.0; charset=utf-8",
                "text/plain;version=1.0.0;escaping=allow-utf-8 | text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
                        + " | application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
                "*/* | text/plain; version=0.0.4; charset=utf-8"
            })
    void shouldNegotiateTheFormat(String accept, String contentType) throws Exception {
        start();

        HttpResponse<String> response = get("/metrics", "Accept", accept);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).hasValue(contentType);
    }

    @Test
    void shouldCompressForAClientThatAcceptsGzip() throws Exception {
        settings.put("percpu.scrape.compression", "fast");
        start();
        HttpResponse<byte[]> response = client.send(
                request("/metrics").header("Accept-Encoding", "gzip").build(), BodyHandlers.ofByteArray());

        assertThat(response.headers().firstValue("content-encoding")).hasValue("gzip");
        try (InputStream text = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
            assertThat(new String(text.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("orders_total{kind=\"web\"} 3.0");
        }
        assertThat(get("/metrics").headers().firstValue("content-encoding")).isEmpty();
    }

    @Test
    void shouldSelectFamiliesByName() throws Exception {
        start();

        assertThat(get("/metrics?name[]=orders_total&other=1").body())
                .contains("orders_total")
                .doesNotContain("checkout");
        assertThat(get("/metrics?name%5B%5D=orders_total&name%5B%5D=checkout_seconds_count")
                        .body())
                .contains("orders_total", "checkout_seconds")
                .doesNotContain("percpu_");
        assertThat(get("/metrics?name[]=none").body()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/metrics/, GET, text/plain, 404",
        "/metricsandmore, GET, text/plain, 404",
        "/metrics, POST, text/plain, 405",
        "/metrics, GET, image/png, 406",
        "/metrics, GET, text;, 400",
    })
    void shouldRejectOtherRequests(String path, String method, String accept, int status) throws Exception {
        start();
        HttpResponse<String> response = client.send(
                request(path)
                        .header("Accept", accept)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).hasValue("text/plain; charset=utf-8");
        assertThat(response.headers().firstValue("allow").isPresent()).isEqualTo(status == 405);
        assertThat(response.body()).endsWith(".\n");
    }

    @Test
    void shouldReturnTheHeadersOnlyForHead() throws Exception {
        start();
        for (String path : new String[] {"/metrics", "/none"}) {
            HttpResponse<String> response = client.send(request(path).HEAD().build(), BodyHandlers.ofString());

            assertThat(response.body()).isEmpty();
        }
        assertThat(get("/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldRejectAMalformedQuery() throws Exception {
        start();
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.getAddress().getPort())) {
            socket.getOutputStream()
                    .write("GET /metrics?name[]=%25zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200"); // %25 is the character %
        }
        assertThat(get("/metrics?name[]=%C3%BC").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldLimitConcurrentScrapes() throws Exception {
        settings.put("percpu.scrape.max-concurrent", "1");
        start();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Gauge.builder("slow", () -> {
                    entered.countDown();
                    return await(leave);
                })
                .register(registry);
        CompletableFuture<HttpResponse<String>> first =
                client.sendAsync(request("/metrics").build(), BodyHandlers.ofString());
        entered.await();

        HttpResponse<String> second = get("/metrics");
        leave.countDown();

        assertThat(second.statusCode()).isEqualTo(503);
        assertThat(second.headers().firstValue("retry-after")).hasValue("1");
        assertThat(second.body()).contains("percpu.scrape.max-concurrent");
        assertThat(first.get().statusCode()).isEqualTo(200);
        assertThat(failures(ScrapeFailure.BUSY)).isEqualTo(1);
        Eventually.assertEventually(() -> status("/metrics"), 200);
    }

    private int status(String path) {
        try {
            return get(path).statusCode();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 1;
    }

    @Test
    void shouldEndAScrapeThatTakesTooLong() throws Exception {
        settings.put("percpu.scrape.gauge-timeout", "1m");
        start();
        CountDownLatch never = new CountDownLatch(1);
        Gauge.builder("stuck", () -> await(never)).register(registry);

        HttpResponse<String> response = get("/metrics", "X-Prometheus-Scrape-Timeout-Seconds", "0.2");
        never.countDown();

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).isEqualTo("The scrape did not complete within its timeout.\n");
        assertThat(failures(ScrapeFailure.TIMEOUT)).isEqualTo(1);
        Eventually.assertEventually(() -> status("/metrics"), 200);
    }

    /** The body is larger than the buffers of both sockets. */
    @Test
    void shouldEndAScrapeWhoseClientDoesNotRead() throws Exception {
        settings.put("percpu.scrape.max-concurrent", "1");
        start();
        registerManySeries();
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.setSoTimeout(30_000);
            socket.connect(server.getAddress());
            socket.getOutputStream()
                    .write("GET /metrics HTTP/1.1\r\nHost: a\r\nX-Prometheus-Scrape-Timeout-Seconds: 0.3\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            Eventually.assertEventually(() -> failures(ScrapeFailure.TIMEOUT), 1.0);
            assertThat(ending(socket)).isNotEqualTo("0\r\n\r\n");
        }
        Eventually.assertEventually(() -> status("/metrics?name[]=orders"), 200);
    }

    private void registerManySeries() {
        for (int i = 0; i < 100_000; i++) {
            registry.counter("many", "number", Integer.toString(i), "text", "x".repeat(100))
                    .increment();
        }
    }

    /** Returns the last 5 characters of a response. */
    private static String ending(Socket socket) throws IOException {
        byte[] end = new byte[0];
        byte[] buffer = new byte[64 * 1024];
        try {
            for (int count = socket.getInputStream().read(buffer);
                    count >= 0;
                    count = socket.getInputStream().read(buffer)) {
                end = Arrays.copyOfRange(buffer, Math.max(0, count - 5), count);
            }
        } catch (SocketException reset) {
            return "reset";
        }
        return new String(end, StandardCharsets.US_ASCII);
    }

    @Test
    void shouldCountAClientThatDisconnects() throws Exception {
        start();
        registerManySeries();
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(server.getAddress());
            socket.getOutputStream()
                    .write("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }

        Eventually.assertEventually(() -> failures(ScrapeFailure.GONE), 1.0);
    }

    @Test
    void shouldRespondWithAnErrorIfTheScrapeFails() throws Exception {
        start(failingAfter(0));

        HttpResponse<String> response = get("/metrics");

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.headers().firstValue("content-type")).hasValue("text/plain; charset=utf-8");
        assertThat(response.body()).isEqualTo("The scrape failed. The log of the application has the cause.\n");
        assertThat(failures(ScrapeFailure.ERROR)).isEqualTo(1);
    }

    @Test
    void shouldNotCompleteTheBodyIfTheScrapeFailsLater() throws Exception {
        start(failingAfter(1_000_000));

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> get("/metrics"));
        Eventually.assertEventually(() -> failures(ScrapeFailure.ERROR), 1.0);
    }

    private PerCpuMeterRegistry failingAfter(int bytes) {
        return new PerCpuMeterRegistry() {
            @Override
            public void scrape(OutputStream out, ScrapeType type, @Nullable Set<String> names) throws IOException {
                out.write(new byte[bytes]);
                throw new StackOverflowError("on purpose");
            }
        };
    }

    @Test
    void shouldRejectASettingThatIsNotAllowed() {
        settings.put("percpu.scrape.max-concurrent", "0");

        assertThatIllegalArgumentException()
                .isThrownBy(this::start)
                .withMessageContaining("percpu.scrape.max-concurrent must be", "but was 0");
    }
}
