package dev.percpu.quarkus.metrics;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Scrapes on the application port, where Quarkus serves health too if there is no management port. */
@QuarkusTest
@TestProfile(NoManagementPortTest.NoManagementPort.class)
class NoManagementPortTest {
    public static class NoManagementPort implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.management.enabled", "false",
                    "quarkus.http.root-path", "/app",
                    "quarkus.http.non-application-root-path", "/app/ops");
        }
    }

    /** Rest-assured adds the root path. */
    @Test
    void shouldServeScrapesBesideHealth() {
        given().get("/ops/health/ready").then().statusCode(200);
        given().get("/ops/metrics/cpus").then().statusCode(200).body(containsString("percpu_shard_records_total{"));
        given().get("/ops/metrics").then().statusCode(200).body(containsString("percpu_rseq_info{"));
        given().get("/q/metrics").then().statusCode(404);
    }

    @Test
    void shouldLinkThePageToScrapesAndHealth() {
        given().get("/")
                .then()
                .statusCode(200)
                .body(containsString("href=\"ops/metrics\""))
                .body(containsString("href=\"ops/health\""))
                .body(containsString("href=\"ops/openapi\""));
    }
}
