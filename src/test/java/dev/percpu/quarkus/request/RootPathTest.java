package dev.percpu.quarkus.request;

import static dev.percpu.Eventually.assertEventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.quarkus.RequestSettings;
import dev.percpu.quarkus.request.route.RouteTimers;
import dev.percpu.quarkus.request.route.StaticPaths;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application with a root path. The routes are mounted there, as Quarkus does. */
class RootPathTest {

    /** Whether no requests are recorded. */
    private boolean excluded;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RequestSettings settings =
            new RequestSettings(true, Recordings.NO_RULES, "/app", List.of(), Optional.empty());
    private final HttpServerMetricsAdapter.ApplicationMetrics shared = new HttpServerMetricsAdapter.ApplicationMetrics(
            new RequestMeterFactory(registry, settings, StaticPaths.ofApplication("/app")),
            ContributedTags.NONE,
            new RequestSpan(null));
    private final Vertx vertx = Vertx.vertx(new VertxOptions()
            .setMetricsOptions(new ChainedMetricsOptions(
                    null, new HttpServerMetricsFactory(() -> shared, (options, address) -> excluded, true), false)));

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @Test
    void shouldLabelStaticResourcesRejectionsAndRoutes() {
        Router inner = Router.router(vertx);
        inner.get("/inside").handler(context -> context.end());
        Router application = Router.router(vertx);
        application.route().handler(context -> {
            if (context.request().getHeader("Reject") != null) {
                context.fail(401);
            } else {
                context.next();
            }
        });
        application.get("/plain").handler(context -> context.end());
        application.get("/things/:thing").handler(context -> context.end());
        application.route("/mounted/*").subRouter(inner);
        application.get("/*").handler(context -> {
            if (context.request().path().endsWith(".html")) {
                context.end();
            } else {
                context.next();
            }
        });
        Router main = Router.router(vertx);
        main.route("/app/*").subRouter(application);
        int port =
                await(vertx.createHttpServer().requestHandler(main).listen(0)).actualPort();
        HttpClient client = vertx.createHttpClient();

        for (String path : List.of(
                "/app/plain", "/app/things/7", "/app/mounted/inside", "/app/sample.html", "/app/nowhere", "/nowhere")) {
            get(client, port, path, false);
        }
        get(client, port, "/app/made-up", true);

        Map<String, Long> expected = new TreeMap<>();
        expected.put("200 /app/plain", 1L);
        expected.put("200 /things/{thing}", 1L);
        expected.put("200 /app/mounted/inside", 1L);
        expected.put("200 /app/sample.html", 1L);
        expected.put("404 NOT_FOUND", 2L);
        expected.put("401 UNKNOWN", 1L);
        assertEventually(this::counts, expected);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLimitPipeliningOutsideOfTheRootPath(boolean withoutMetrics) {
        excluded = withoutMetrics;
        Set<Boolean> limited = ConcurrentHashMap.newKeySet();
        Router main = Router.router(vertx);
        main.route().handler(context -> {
            ConnectionBase connection = (ConnectionBase) context.request().connection();
            limited.add(connection.channel().pipeline().get(PipeliningLimit.class) != null);
            context.next();
        });
        int port =
                await(vertx.createHttpServer().requestHandler(main).listen(0)).actualPort();

        get(vertx.createHttpClient(), port, "/nowhere", false);

        // The response can arrive before the request is recorded.
        assertEventually(() -> counts().isEmpty(), withoutMetrics);
        assertThat(limited).containsExactly(true);
    }

    @Test
    void shouldFindStaticResourcesBelowTheRootPath() {
        Set<String> below = StaticPaths.ofApplication("/app");

        assertThat(below).contains("/app/sample.html").doesNotContain("/sample.html");
    }

    private static void get(HttpClient client, int port, String path, boolean rejected) {
        await(client.request(HttpMethod.GET, port, "localhost", path).compose(request -> {
            if (rejected) {
                request.putHeader("Reject", "yes");
            }
            return request.send().compose(response -> response.body());
        }));
    }

    private Map<String, Long> counts() {
        return registry.find(RouteTimers.NAME).timers().stream()
                .collect(Collectors.toMap(
                        timer -> timer.getId().getTag("status") + " "
                                + timer.getId().getTag("uri"),
                        timer -> timer.count(),
                        Long::sum,
                        TreeMap::new));
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
