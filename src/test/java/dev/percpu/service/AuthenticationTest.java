package dev.percpu.service;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.startsWithIgnoringCase;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Basic authentication of scrapes and of the API, as the reference document configures it. */
@QuarkusTest
@TestProfile(AuthenticationTest.Users.class)
class AuthenticationTest {

    public static final class Users implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    // The users of other tests, who need no password.
                    "quarkus.arc.exclude-types", "dev.percpu.quarkus.request.SampleStreams$AnyUser",
                    "quarkus.security.users.embedded.plain-text", "true",
                    "quarkus.security.users.embedded.users.prometheus", "a password",
                    "quarkus.management.auth.permission.scrapes.paths", "/q/metrics,/q/metrics/*",
                    "quarkus.management.auth.permission.scrapes.policy", "authenticated",
                    "quarkus.http.auth.permission.status.paths", "/api/*",
                    "quarkus.http.auth.permission.status.policy", "authenticated");
        }
    }

    @TestHTTPResource("/")
    URI application;

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Test
    void shouldAskForCredentialsOfProtectedPathsOnly() {
        for (URI url : List.of(
                management.resolve("/q/metrics"),
                management.resolve("/q/metrics/cpus"),
                application.resolve("/api/rseq"))) {
            given().get(url).then().statusCode(401).header("WWW-Authenticate", startsWithIgnoringCase("basic"));
            given().auth()
                    .preemptive()
                    .basic("prometheus", "wrong")
                    .get(url)
                    .then()
                    .statusCode(401);
            given().auth()
                    .preemptive()
                    .basic("prometheus", "a password")
                    .get(url)
                    .then()
                    .statusCode(200);
        }
        given().get(management.resolve("/q/health/live")).then().statusCode(200);
        given().get(application.resolve("/")).then().statusCode(200);
    }
}
