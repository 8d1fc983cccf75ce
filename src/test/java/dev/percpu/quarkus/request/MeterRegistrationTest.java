package dev.percpu.quarkus.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.percpu.quarkus.request.route.MethodLabel;
import dev.percpu.quarkus.request.route.RouteTimers;
import dev.percpu.quarkus.request.route.UriTimers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.observability.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The meters of a server when the registry removes or rejects them, or is slow. */
class MeterRegistrationTest {

    private static final SocketAddress CLIENT = SocketAddress.inetSocketAddress(1, "client");

    private final MockClock clock = new MockClock();
    private volatile boolean rejecting;
    private final AtomicInteger registrations = new AtomicInteger();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock) {
        @Override
        protected Counter newCounter(Meter.Id id) {
            registrations.incrementAndGet();
            if (rejecting) {
                throw new IllegalStateException("no memory");
            }
            return super.newCounter(id);
        }
    };
    private final HttpServerMetricsAdapter.ApplicationMetrics shared = Recordings.shared(registry, Recordings.ALL);
    private final RequestMeterFactory meters = shared.meters();
    private final HttpServerMetricsAdapter server =
            new HttpServerMetricsAdapter(shared, Tags.of("server.port", "1"), "http", false);

    @Test
    void shouldRegisterRemovedMetersAgain() {
        var connection = server.connected(CLIENT, "client");
        Map<String, List<String>> before = series();
        assertThat(before)
                .containsOnlyKeys(
                        "http.server.active.connections",
                        "http.server.active.requests",
                        "http.server.bytes.read",
                        "http.server.bytes.written",
                        "http.server.connections");

        registry.clear();
        assertThat(registry.getMeters()).isEmpty();
        server.bytesRead(connection, CLIENT, 5);
        server.bytesWritten(connection, CLIENT, 6);

        assertThat(series()).isEqualTo(before);
        assertThat(registry.get("http.server.bytes.read").summary().totalAmount())
                .isEqualTo(5);
        assertThat(registry.get("http.server.bytes.written").summary().totalAmount())
                .isEqualTo(6);
        assertThat(registry.get("http.server.active.connections").gauge().value())
                .isEqualTo(1);
    }

    @Test
    void shouldRegisterAGaugeOnlyOnce() {
        ActiveCounts counts = meters.activeConnections();
        Tags tags = Tags.of("server.port", "1");
        Gauge gauge = counts.expose(tags);
        assertThat(counts.expose(tags)).isSameAs(gauge);

        registry.counter("http.server.other").increment();
        registry.remove(registry.counter("http.server.other"));
        assertThat(counts.expose(tags)).isSameAs(gauge);

        registry.remove(gauge);
        assertThat(counts.expose(tags)).isNotSameAs(gauge).isIn(registry.getMeters());
    }

    /** The web socket opens before its meter is registered. */
    @Test
    void shouldStopTheTimeOfAWebSocketThatClosesBeforeItsMeterIsRegistered() {
        RouteTimers routes = meters.requests();
        CountDownLatch released = new CountDownLatch(1);
        meters.registrations().run(() -> await(released));

        var open = server.startWebSocket(routes.find("/x", null, null, "/x/:room", 200));
        assertThat(registry.find("http.server.websocket.connections").longTaskTimer())
                .isNull();
        var closed = server.startWebSocket(routes.find("/x", null, null, "/x/:room", 200));
        server.disconnected(closed);
        released.countDown();
        awaitRegistrations();

        LongTaskTimer webSockets = registry.get("http.server.websocket.connections")
                .tag("uri", "/x/{room}")
                .longTaskTimer();
        assertThat(webSockets.activeTasks()).isEqualTo(1);
        server.disconnected(open);
        assertThat(webSockets.activeTasks()).isZero();
    }

    @Test
    void shouldShareOneCountBetweenServersWithTheSameLabels() {
        HttpServerMetricsAdapter other =
                new HttpServerMetricsAdapter(shared, Tags.of("server.port", "1"), "http", false);
        server.connected(CLIENT, "client");
        other.connected(CLIENT, "client");

        assertThat(registry.get("http.server.active.connections").gauge().value())
                .isEqualTo(2);
    }

    @Test
    void shouldRetryARejectedRegistrationLater() {
        rejecting = true;
        for (int i = 0; i < 100; i++) {
            assertThatCode(() -> server.exceptionOccurred(null, CLIENT, new IllegalStateException()))
                    .doesNotThrowAnyException();
        }
        awaitRegistrations();
        assertThat(registrations).hasValue(1);

        rejecting = false;
        clock.add(Duration.ofSeconds(2));
        server.exceptionOccurred(null, CLIENT, new IllegalStateException());
        awaitRegistrations();

        assertThat(registry.get("http.server.errors")
                        .tag("class", "java.lang.IllegalStateException")
                        .tag("server.port", "1")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    /** Waits until all registrations that were requested so far have ended. */
    private void awaitRegistrations() {
        CountDownLatch done = new CountDownLatch(1);
        meters.registrations().run(done::countDown);
        await(done);
    }

    /** Another thread is inside a registration, and holds the lock that a new counter needs. */
    @Test
    void shouldNotBlockTheEventLoopOnTheRegistry() throws InterruptedException {
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        registry.config().onMeterAdded(meter -> {
            if (meter.getId().getName().equals("slow")) {
                locked.countDown();
                await(released);
            }
        });
        Thread slow = Thread.ofPlatform().start(() -> registry.counter("slow"));
        await(locked);
        server.exceptionOccurred(null, CLIENT, new IllegalStateException());
        server.responsePushed(null, HttpMethod.GET, "/pushed", response(200));
        assertThat(registry.find("http.server.errors").counter()).isNull();
        released.countDown();
        slow.join();
        awaitRegistrations();

        assertThat(registry.get("http.server.errors").counter().count()).isEqualTo(1);
        assertThat(registry.get("http.server.push").counter().count()).isEqualTo(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpResponse response(int status) {
        return new HttpResponse() {
            @Override
            public int statusCode() {
                return status;
            }

            @Override
            public MultiMap headers() {
                return MultiMap.caseInsensitiveMultiMap();
            }
        };
    }

    @Test
    void shouldRecordToMoreContributedTimersThanAreKept() {
        UriTimers timers = meters.requests().find("/x", "/x/{id}", null, null, 200);
        for (int i = 0; i < 3_000; i++) {
            timers.findOrRegister(MethodLabel.GET, 200, Tags.of("tenant", "t" + i))
                    .record(Duration.ofMillis(1));
            timers.findOrRegister(MethodLabel.GET, 200, Tags.of("tenant", "t" + i))
                    .record(Duration.ofMillis(1));
        }

        assertThat(registry.find(RouteTimers.NAME).timers()).hasSize(3_000).allMatch(timer -> timer.count() == 2);
        Timer replaced = timers.findOrRegister(MethodLabel.GET, 200, Tags.of("uri", "/own"));
        assertThat(replaced.getId().getTag("uri")).isEqualTo("/own");
        assertThat(timers.findOrRegister(MethodLabel.GET, 200, Tags.empty()))
                .isSameAs(timers.findOrRegister(MethodLabel.GET, 200, Tags.empty()));
    }

    private Map<String, List<String>> series() {
        return registry.getMeters().stream()
                .collect(Collectors.groupingBy(
                        meter -> meter.getId().getName(),
                        TreeMap::new,
                        Collectors.mapping(
                                meter -> meter.getId().getTags().toString(),
                                Collectors.collectingAndThen(
                                        Collectors.toList(),
                                        all -> all.stream().sorted().toList()))));
    }
}
