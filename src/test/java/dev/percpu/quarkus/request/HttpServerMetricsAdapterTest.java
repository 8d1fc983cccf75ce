package dev.percpu.quarkus.request;

import static dev.percpu.Eventually.assertEventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.quarkus.request.route.RouteTimers;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.WebSocket;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Records the events of a plain Vert.x server that a REST client cannot cause. */
class HttpServerMetricsAdapterTest {

    private static final String GET = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Vertx vertx = Vertx.vertx(
            new VertxOptions().setMetricsOptions(new ChainedMetricsOptions(null, Recordings.servers(registry), false)));

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @Test
    void shouldCountARequestOnceWhenTheClientClosesBeforeTheResponse() throws IOException {
        CompletableFuture<HttpServerRequest> begun = new CompletableFuture<>();
        CompletableFuture<Void> disconnected = new CompletableFuture<>();
        int port = listen(request -> {
            request.routed("/a");
            request.connection().closeHandler(closed -> disconnected.complete(null));
            begun.complete(request);
        });

        HttpServerResponse response;
        try (Socket socket = new Socket("localhost", port)) {
            socket.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII));
            response = begun.orTimeout(10, TimeUnit.SECONDS).join().response();
            assertEventually(() -> gauge("http.server.active.requests"), 1.0);
            assertEventually(() -> gauge("http.server.active.connections"), 1.0);
        }
        disconnected.orTimeout(10, TimeUnit.SECONDS).join();
        // The handler has not noticed that the client is gone.
        vertx.runOnContext(ignored -> response.end("too late"));

        assertEventually(this::counts, Map.of("GET RESET CLIENT_ERROR /a", 1L));
        assertEventually(() -> gauge("http.server.active.requests"), 0.0);
        assertEventually(() -> gauge("http.server.active.connections"), 0.0);
        drainEventLoops();
        assertThat(counts()).isEqualTo(Map.of("GET RESET CLIENT_ERROR /a", 1L));
        assertThat(gauge("http.server.active.requests")).isZero();
    }

    @Test
    void shouldCountAnHttp2RequestOnceWhenTheResponseEndsFirst() {
        int port = listen(request -> request.routed("/a/:b").response().end("early"));
        HttpClient client = http2Client();

        HttpClientRequest request = await(client.request(HttpMethod.POST, port, "localhost", "/a/1"));
        request.setChunked(true);
        await(request.sendHead());
        await(request.response().compose(response -> response.body()));
        await(request.reset(0x8) ? Future.succeededFuture() : Future.failedFuture("not reset"));
        await(client.close());

        assertEventually(this::counts, Map.of("POST 200 SUCCESS /a/{b}", 1L));
        assertEventually(() -> gauge("http.server.active.connections"), 0.0);
        assertThat(counts()).isEqualTo(Map.of("POST 200 SUCCESS /a/{b}", 1L));
        assertThat(gauge("http.server.active.requests")).isZero();
    }

    @Test
    void shouldCountPushedResponsesSeparately() {
        int port = listen(request -> {
            request.routed("/a");
            request.response()
                    .push(HttpMethod.GET, "/pushed/7")
                    .onSuccess(pushed -> pushed.end("pushed"))
                    .onComplete(ignored -> request.response().end("x"));
        });
        HttpClient client = http2Client();

        await(client.request(HttpMethod.GET, port, "localhost", "/a")
                .compose(request -> request.pushHandler(pushed -> {}).send().compose(response -> response.body())));

        assertEventually(this::counts, Map.of("GET 200 SUCCESS /a", 1L));
        assertThat(registry.get("http.server.push")
                        .tag("uri", "UNKNOWN")
                        .tag("method", "GET")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertEventually(() -> gauge("http.server.active.requests"), 0.0);
    }

    @Test
    void shouldTimeWebSocketsWhileTheyAreOpen() {
        int port = listen(request -> request.routed("/a").toWebSocket());
        WebSocket socket = await(vertx.createWebSocketClient().connect(port, "localhost", "/a"));

        assertEventually(
                () -> registry.get("http.server.websocket.connections")
                        .tag("uri", "/a")
                        .longTaskTimer()
                        .activeTasks(),
                1);

        await(socket.close());
        assertEventually(
                () -> registry.get("http.server.websocket.connections")
                        .longTaskTimer()
                        .activeTasks(),
                0);
    }

    private int listen(Handler<HttpServerRequest> handler) {
        return await(vertx.createHttpServer().requestHandler(handler).listen(0)).actualPort();
    }

    private HttpClient http2Client() {
        return vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    private Map<String, Long> counts() {
        return registry.find(RouteTimers.NAME).timers().stream()
                .collect(Collectors.toMap(HttpServerMetricsAdapterTest::labels, Timer::count));
    }

    private static String labels(Timer timer) {
        return String.join(
                " ",
                timer.getId().getTag("method"),
                timer.getId().getTag("status"),
                timer.getId().getTag("outcome"),
                timer.getId().getTag("uri"));
    }

    /** Waits until each event loop has run the tasks that it had when this was called. */
    private void drainEventLoops() {
        for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
            CompletableFuture<Void> reached = new CompletableFuture<>();
            vertx.getOrCreateContext().runOnContext(ignored -> reached.complete(null));
            reached.orTimeout(10, TimeUnit.SECONDS).join();
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
