package dev.percpu.quarkus.request;

import static dev.percpu.Eventually.assertEventually;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.quarkus.request.route.RouteTimers;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

/** With a limit of connections Quarkus asks Vert.x' metrics for more than Vert.x does. */
@QuarkusTest
@TestProfile(SlowClientsTest.Tight.class)
class MaxConnectionsTest {

    @Inject
    PerCpuMeterRegistry registry;

    @Test
    void shouldStartCountAndKeepQuarkusOwnMetrics() {
        given().when().get("/vertx/plain").then().statusCode(200);

        assertEventually(
                () -> registry.get(RouteTimers.NAME)
                        .tag("uri", "/vertx/plain")
                        .timer()
                        .count(),
                1L);
        assertThat(registry.get("vertx.http.connections.max").gauge().value()).isEqualTo(SlowClientsTest.LIMIT);
    }
}
