package dev.percpu.service;

import static io.restassured.RestAssured.given;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The limits of one request, on both ports. */
@QuarkusTest
class RequestLimitsTest {
    private static final int HEADER_LIMIT = 16 * 1_024;
    private static final int APPLICATION_BODY_LIMIT = 1_024 * 1_024;
    private static final int MANAGEMENT_BODY_LIMIT = 64 * 1_024;

    @TestHTTPResource("/")
    URI application;

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Test
    void shouldRejectALongHeader() {
        for (URI port : List.of(application, management)) {
            given().header("X-Long", "x".repeat(HEADER_LIMIT))
                    .get(port.resolve("/missing"))
                    .then()
                    .statusCode(431);
            given().header("X-Long", "x".repeat(HEADER_LIMIT / 2))
                    .get(port.resolve("/missing"))
                    .then()
                    .statusCode(404);
        }
    }

    @Test
    void shouldRejectALargeBody() {
        given().body(new byte[APPLICATION_BODY_LIMIT + 1])
                .post(application.resolve("/missing"))
                .then()
                .statusCode(413);
        given().body(new byte[MANAGEMENT_BODY_LIMIT + 1])
                .post(management.resolve("/missing"))
                .then()
                .statusCode(413);
        given().body(new byte[MANAGEMENT_BODY_LIMIT])
                .post(management.resolve("/missing"))
                .then()
                .statusCode(404);
    }

    @Test
    void shouldIgnoreCredentialsForAnotherServer() {
        for (URI url : List.of(application.resolve("/api/rseq"), management.resolve("/q/metrics"))) {
            given().auth()
                    .preemptive()
                    .basic("another-user", "another-password")
                    .get(url)
                    .then()
                    .statusCode(200);
        }
    }
}
