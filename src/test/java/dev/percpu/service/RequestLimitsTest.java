package dev.percpu.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Scanner;
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
    void shouldRejectALargeBody() throws IOException {
        assertThat(statusOfBody(application, APPLICATION_BODY_LIMIT + 1)).isEqualTo(413);
        assertThat(statusOfBody(management, MANAGEMENT_BODY_LIMIT + 1)).isEqualTo(413);
        given().body(new byte[MANAGEMENT_BODY_LIMIT])
                .post(management.resolve("/missing"))
                .then()
                .statusCode(404);
    }

    /** Sends the head of a request only: the service rejects it by the length, and closes the connection before a client has sent all. */
    private static int statusOfBody(URI port, int length) throws IOException {
        try (Socket socket = new Socket(port.getHost(), port.getPort())) {
            String head = "POST /missing HTTP/1.1\r\nHost: service\r\nContent-Length: " + length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            Scanner response = new Scanner(socket.getInputStream(), StandardCharsets.US_ASCII);
            response.next(); // HTTP/1.1
            return response.nextInt();
        }
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
