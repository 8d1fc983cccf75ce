package dev.percpu.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.rseq.RseqStatus;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class HealthChecksTest {

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    RseqStatus status;

    @ParameterizedTest
    @ValueSource(strings = {"/q/health/live", "/q/health/ready", "/q/health/started"})
    void shouldBeUpOnTheManagementPortOnly(String path) {
        given().when().get(management.resolve(path)).then().statusCode(200).body("status", is("UP"));
        given().when().get(path).then().statusCode(404);
    }

    @Test
    void shouldReportTheMode() {
        given().when()
                .get(management.resolve("/q/health/ready"))
                .then()
                .body("checks.name", hasItem("recording"))
                .body(
                        "checks.find { it.name == 'recording' }.data.mode",
                        equalTo(status.mode().toString()));
    }

    @Test
    void shouldNotBeReadyOnceTheRegistryIsClosed() {
        PerCpuMeterRegistry registry = new PerCpuMeterRegistry();
        HealthChecks checks = new HealthChecks();
        assertThat(checks.recording(registry, status).call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);

        registry.close();

        assertThat(checks.recording(registry, status).call().getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
    }
}
