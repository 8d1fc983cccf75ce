package dev.percpu.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.rseq.AreaOwner;
import dev.percpu.rseq.CommitMode;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.settings.RseqMode;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.Map;
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
    void shouldReportTheStateOfRseq() {
        given().when()
                .get(management.resolve("/q/health/ready"))
                .then()
                .body("checks.name", hasItem("rseq"))
                .body("checks.find { it.name == 'rseq' }.status", is("UP"))
                .body(
                        "checks.find { it.name == 'rseq' }.data",
                        equalTo(Map.of(
                                "active", status.active(),
                                "owner", status.owner().toString(),
                                "mode", status.mode().toString(),
                                "indexedBy", status.indexedBy().toString(),
                                "selfTest", status.selfTest().result().toString())));
    }

    @Test
    void shouldBeUpWithAtomics() {
        RseqStatus atomic = new RseqStatus(
                AreaOwner.NONE,
                CommitMode.ATOMIC,
                RseqMode.AUTO,
                "a sandbox denies rseq",
                status.indexedBy(),
                status.area(),
                status.host(),
                status.selfTest(),
                true);

        HealthCheckResponse response = new HealthChecks().rseq(atomic).call();

        assertThat(response.getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
        assertThat(response.getData().orElseThrow())
                .containsEntry("active", false)
                .containsEntry("owner", "none")
                .containsEntry("mode", "atomic")
                .containsEntry("reason", "a sandbox denies rseq");
    }

    @Test
    void shouldNotBeReadyOnceTheRegistryIsClosed() {
        PerCpuMeterRegistry registry = new PerCpuMeterRegistry();
        HealthChecks checks = new HealthChecks();
        assertThat(checks.recording(registry).call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);

        registry.close();

        assertThat(checks.recording(registry).call().getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
    }
}
