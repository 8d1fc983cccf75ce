package dev.percpu.quarkus.request;

import static dev.percpu.Eventually.assertEventually;
import static io.restassured.RestAssured.given;

import dev.percpu.Thrown;
import dev.percpu.quarkus.OptionalBeans;
import dev.percpu.quarkus.request.route.RouteTimers;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.quarkus.micrometer.runtime.HttpServerMetricsTagsContributor;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Adds labels by beans of Quarkus' own interface. */
@QuarkusTest
@TestProfile(OptionalBeans.class)
public class TagsContributorTest {

    @Alternative
    @Singleton
    public static class OfRequest implements HttpServerMetricsTagsContributor {
        @Override
        public Tags contribute(Context context) {
            String tenant = context.request().getHeader("X-Tenant");
            return Tags.of(
                    "tenant",
                    "a".equals(tenant) || "b".equals(tenant) ? tenant : "other",
                    "type",
                    context.response().headers().contains("Content-Type") ? "some" : "none",
                    "template",
                    context.<String>requestContextLocalData("UrlPathTemplate"));
        }
    }

    @Alternative
    @Singleton
    public static class Failing implements HttpServerMetricsTagsContributor {
        @Override
        public Tags contribute(Context context) {
            throw new IllegalStateException("on purpose");
        }
    }

    @Alternative
    @Singleton
    public static class FailingWithAnError implements HttpServerMetricsTagsContributor {
        @Override
        public Tags contribute(Context context) {
            throw new AssertionError("on purpose");
        }
    }

    @Alternative
    @Singleton
    public static class FailingWithACheckedException implements HttpServerMetricsTagsContributor {
        @Override
        public Tags contribute(Context context) {
            throw Thrown.unchecked(new IOException("on purpose"));
        }
    }

    @Inject
    PerCpuMeterRegistry registry;

    @TestHTTPResource("/")
    URI application;

    @Test
    void shouldAddTagsOfRequestAndResponse() throws IOException {
        given().header("X-Tenant", "a").get("/sample/items/1").then().statusCode(200);
        given().header("X-Tenant", "a").get("/sample/items/2").then().statusCode(200);
        given().header("X-Tenant", "b").delete("/sample/items/1").then().statusCode(204);
        given().header("X-Tenant", "unknown").get("/sample/items/1").then().statusCode(200);
        try (Traffic traffic = new Traffic(application)) {
            traffic.abandon(
                    "/special/never/1",
                    () -> assertEventually(
                            () -> registry.get("http.server.active.requests")
                                    .gauge()
                                    .value(),
                            1.0));
        }

        assertEventually(
                () -> registry.get("http.server.active.requests").gauge().value(), 0.0);
        String template = ", template=/sample/items/{id}, tenant=";
        assertEventually(
                this::counts,
                new TreeMap<>(Map.of(
                        "GET 200" + template + "a, type=some",
                        2L,
                        "DELETE 204" + template + "b, type=none",
                        1L,
                        "GET 200" + template + "other, type=some",
                        1L,
                        "GET RESET, template=null, tenant=null, type=null",
                        1L)));
    }

    private Map<String, Long> counts() {
        return registry.find(RouteTimers.NAME).timers().stream()
                .collect(Collectors.toMap(
                        timer -> timer.getId().getTag("method") + " "
                                + timer.getId().getTag("status") + ", template="
                                + timer.getId().getTag("template") + ", tenant="
                                + timer.getId().getTag("tenant") + ", type="
                                + timer.getId().getTag("type"),
                        Timer::count,
                        Long::sum,
                        TreeMap::new));
    }
}
