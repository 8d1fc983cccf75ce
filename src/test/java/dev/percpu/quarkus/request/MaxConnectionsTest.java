package dev.percpu.quarkus.request;

import static dev.percpu.Eventually.assertEventually;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.quarkus.LowLimits;
import dev.percpu.quarkus.request.route.RouteTimers;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

/** With a connection limit, Quarkus casts the Vert.x metrics to a type of its own. */
@QuarkusTest
@TestProfile(LowLimits.class)
class MaxConnectionsTest {

    @Inject
    PerCpuMeterRegistry registry;

    @Test
    void shouldRecordRequestsAndKeepQuarkusConnectionMetrics() {
        given().when().get("/vertx/plain").then().statusCode(200);

        assertEventually(
                () -> registry.get(RouteTimers.NAME)
                        .tag("uri", "/vertx/plain")
                        .timer()
                        .count(),
                1L);
        assertThat(registry.get("vertx.http.connections.max").gauge().value()).isEqualTo(LowLimits.MAX_CONNECTIONS);
    }
}
