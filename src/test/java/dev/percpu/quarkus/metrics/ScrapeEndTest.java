package dev.percpu.quarkus.metrics;

import static dev.percpu.Eventually.assertEventually;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.percpu.quarkus.QuarkusSettings;
import dev.percpu.quarkus.RequestSettings;
import dev.percpu.quarkus.ScrapeSettings;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.PerCpuMeters;
import dev.percpu.registry.ScrapeFailure;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.scrape.ScrapeParameters;
import dev.percpu.scrape.ScrapeType;
import dev.percpu.scrape.ShardNaming;
import io.quarkus.vertx.http.ManagementInterface;
import io.restassured.response.Response;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests how a scrape ends, on a server with one worker thread and a registry whose scrapes run code of the test. */
@SuppressWarnings("try") // a client that disconnects early
class ScrapeEndTest {

    /** Code that each scrape runs. */
    private interface Scrape {
        void run(OutputStream out) throws IOException, InterruptedException;
    }

    private static final String PATH = "/q/metrics";

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setWorkerPoolSize(1));
    private final Semaphore started = new Semaphore(0);
    private final CountDownLatch release = new CountDownLatch(1);
    private final List<Boolean> interruptedBefore = new CopyOnWriteArrayList<>();
    private final AtomicInteger unstartable = new AtomicInteger();
    private volatile Scrape scrape = out -> {};
    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry(PerCpuConfig.DEFAULT) {
        @Override
        public void scrape(OutputStream out, ScrapeType type, @Nullable Set<String> names) throws IOException {
            write(out);
        }

        @Override
        public void scrapeShards(OutputStream out, ScrapeType type, @Nullable Set<String> names, ShardNaming naming)
                throws IOException {
            write(out);
        }

        private void write(OutputStream out) throws IOException {
            interruptedBefore.add(Thread.currentThread().isInterrupted());
            started.release();
            try {
                scrape.run(out);
            } catch (InterruptedException e) {
                throw new InterruptedIOException("on purpose");
            }
            out.write("complete\n".getBytes(StandardCharsets.US_ASCII));
        }
    };
    private URI server = URI.create("http://localhost");

    @BeforeEach
    void start() {
        RseqStatus status = RseqProbe.status();
        PerCpuMeters meters = new PerCpuMeters(registry);
        meters.bindTo(registry);
        Router router = Router.router(vertx);
        ManagementInterface management = () -> router;
        new MetricsRoute(
                        registry,
                        meters,
                        status,
                        new QuarkusSettings(
                                key -> null, ScrapeSettings.read(key -> null), RequestSettings.read(key -> null)),
                        new SmallRyeConfigBuilder().build(),
                        withUnstartableWorkers())
                .register(management);
        HttpServer http = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        server = URI.create("http://localhost:" + http.actualPort());
    }

    /** Returns Vert.x with worker threads that cannot be started while {@link #unstartable} is above 0. */
    private Vertx withUnstartableWorkers() {
        return proxy(Vertx.class, (method, arguments) -> {
            Object result = method.invoke(vertx, arguments);
            return result instanceof WorkerExecutor workers
                    ? proxy(WorkerExecutor.class, (called, passed) -> {
                        if (called.getName().equals("executeBlocking") && unstartable.getAndDecrement() > 0) {
                            throw new OutOfMemoryError("unable to create native thread, on purpose");
                        }
                        return called.invoke(workers, passed);
                    })
                    : result;
        });
    }

    private interface Call {
        Object invoke(Method method, Object[] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> call.invoke(method, arguments)));
    }

    @ParameterizedTest
    @ValueSource(strings = {PATH, PATH + MetricsRoute.CPUS})
    void shouldServeScrapesAfterWorkersCouldNotBeStarted(String path) {
        unstartable.set(20); // more than the permits

        for (int i = 0; i < 20; i++) {
            assertThat(get(path, "30").statusCode()).isEqualTo(500);
        }
        assertThat(failures(ScrapeFailure.ERROR)).isEqualTo(20);
        assertThatTheNextScrapeSucceeds(path);
    }

    @AfterEach
    void stop() {
        release.countDown();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        registry.close();
    }

    private Response get(String path, String timeout) {
        return given().header(ScrapeParameters.TIMEOUT_HEADER, timeout).when().get(server.resolve(path));
    }

    private static <T> CompletableFuture<T> later(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call, run -> Thread.ofPlatform().start(run));
    }

    private double failures(ScrapeFailure reason) {
        return registry.get("percpu.scrape.failures")
                .tag("reason", reason.toString())
                .counter()
                .count();
    }

    private void assertThatTheNextScrapeSucceeds(String path) {
        scrape = out -> {};
        assertThat(get(path, "30").asString()).isEqualTo("complete\n");
        assertThat(interruptedBefore).containsOnly(false);
    }

    @ParameterizedTest
    @ValueSource(strings = {PATH, PATH + MetricsRoute.CPUS})
    void shouldInterruptAScrapeAtItsTimeout(String path) {
        scrape = out -> release.await();

        assertThat(get(path, "0.2").statusCode()).isEqualTo(503);

        assertThat(failures(ScrapeFailure.TIMEOUT)).isEqualTo(1);
        assertThatTheNextScrapeSucceeds(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {PATH, PATH + MetricsRoute.CPUS})
    void shouldInterruptAScrapeIfItsClientDisconnects(String path) throws Exception {
        scrape = out -> release.await();
        try (SlowClient client = new SlowClient(server, "GET " + path + " HTTP/1.1\r\nHost: localhost")) {
            started.acquire();
            client.close();

            assertEventually(() -> failures(ScrapeFailure.GONE), 1.0);
        }
        assertThatTheNextScrapeSucceeds(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {PATH, PATH + MetricsRoute.CPUS})
    void shouldNotUseTheWorkerThreadsOfTheApplication(String path) throws Exception {
        scrape = out -> release.await();
        CompletableFuture<Response> blocked = later(() -> get(path, "30"));
        started.acquire();

        assertThat(vertx.executeBlocking(() -> "done")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS))
                .isEqualTo("done");
        release.countDown();
        assertThat(blocked.join().asString()).isEqualTo("complete\n");
    }

    private void writeAnIncompleteBody() {
        scrape = out -> {
            out.write(new byte[4 * ResponseStream.CHUNK_BYTES]);
            release.await();
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.0", "HTTP/1.1"})
    void shouldNotCompleteAnIncompleteBody(String version) throws Exception {
        writeAnIncompleteBody();
        try (SlowClient client = new SlowClient(
                server,
                "GET /q/metrics " + version + "\r\nHost: localhost\r\n" + ScrapeParameters.TIMEOUT_HEADER + ": 0.3")) {
            assertThat(client.line()).isEqualTo(version + " 200 OK");
            if (version.equals("HTTP/1.0")) {
                assertThat(client.endsInOrder())
                        .as("an orderly close, which would end the body")
                        .isFalse();
            } else {
                assertThat(client.rest()).doesNotEndWith("\r\n0\r\n\r\n");
            }
        }
        assertThat(failures(ScrapeFailure.TIMEOUT)).isEqualTo(1);
    }

    @Test
    void shouldResetTheStreamOfAnIncompleteBodyWithHttp2() {
        writeAnIncompleteBody();
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));

        CompletableFuture<Buffer> body = client.request(HttpMethod.GET, server.getPort(), server.getHost(), PATH)
                .compose(request -> request.putHeader(ScrapeParameters.TIMEOUT_HEADER, "0.3")
                        .send())
                .compose(HttpClientResponse::body)
                .toCompletionStage()
                .toCompletableFuture();

        assertThatThrownBy(() -> body.get(30, TimeUnit.SECONDS))
                .hasCauseInstanceOf(StreamResetException.class)
                .satisfies(e -> assertThat(((StreamResetException) e.getCause()).getCode())
                        .as("the HTTP/2 error code")
                        .isEqualTo(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {PATH, PATH + MetricsRoute.CPUS})
    void shouldCountAnErrorAsAFailedScrape(String path) {
        scrape = out -> {
            throw new StackOverflowError("on purpose");
        };

        for (int i = 1; i <= 5; i++) {
            Response failed = get(path, "30");
            assertThat(failed.statusCode()).isEqualTo(500);
            assertThat(failed.asString()).contains("The log of the service has the cause");
            assertThat(failures(ScrapeFailure.ERROR)).isEqualTo(i);
        }
        assertThatTheNextScrapeSucceeds(path);
    }
}
