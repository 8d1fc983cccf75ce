package dev.percpu.quarkus.request;

import static dev.percpu.Eventually.assertEventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.quarkus.request.route.RouteTimers;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A slow registration does not block the event loop, and no request is lost. */
class RegistrationExecutorTest {

    private static final int REQUESTS = 2_500;

    private final CountDownLatch released = new CountDownLatch(1);
    private final Set<String> registering = ConcurrentHashMap.newKeySet();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry() {
        @Override
        protected Timer newTimer(Meter.Id id, DistributionStatisticConfig config, PauseDetector pauses) {
            registering.add(Thread.currentThread().getName());
            try {
                released.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return super.newTimer(id, config, pauses);
        }
    };
    private final Vertx vertx = Vertx.vertx(
            new VertxOptions().setMetricsOptions(new ChainedMetricsOptions(null, Recordings.servers(registry), false)));

    @AfterEach
    void close() {
        released.countDown();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void shouldAnswerDuringASlowRegistration() {
        int port = vertx.createHttpServer()
                .requestHandler(request -> request.routed("/a").response().end())
                .listen(0)
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
        HttpClient client = vertx.createHttpClient();

        // The queue has room for these. All get a response, although the first timer is not registered yet.
        for (int i = 0; i < 500; i++) {
            get(client, port);
        }
        assertThat(registering).containsExactly("percpu-requests");
        released.countDown();
        for (int i = 500; i < REQUESTS; i++) {
            get(client, port);
        }

        assertEventually(
                () -> registry.find(RouteTimers.NAME).timers().stream()
                        .mapToLong(Timer::count)
                        .sum(),
                (long) REQUESTS);
    }

    private static void get(HttpClient client, int port) {
        client.request(HttpMethod.GET, port, "localhost", "/a")
                .compose(request -> request.send().compose(response -> response.end()))
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
