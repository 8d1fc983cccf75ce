package dev.percpu.service.status;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import dev.percpu.quarkus.LowLimits;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

/** The service without its page and without the routes of the application. */
@QuarkusTest
@TestProfile(LowLimits.class)
class DisabledPageTest {

    @Test
    void shouldNotServeThePage() {
        given().get("/").then().statusCode(404);
        given().get("/page.js").then().statusCode(404);
        given().get("/page.css").then().statusCode(404);
        given().get("/api/rseq").then().statusCode(200);
    }

    @Test
    void shouldNotServeTheRequests() {
        given().get("/api/requests")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .header("Cache-Control", "no-store")
                .body("status", equalTo(404));
    }
}
