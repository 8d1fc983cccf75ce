package dev.percpu.quarkus;

import static dev.percpu.Eventually.assertEventually;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.percpu.registry.PerCpuMeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Without a native library, where none is required: the service counts all the same, and says what it does. */
@QuarkusTest
@TestProfile(NoLibraryTest.NoLibrary.class)
class NoLibraryTest {

    public static class NoLibrary implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "percpu.native.required",
                    "false",
                    "percpu.native.dir",
                    "/no/such/folder",
                    // The start logs a warning, as it must without the library.
                    "quarkus.log.category.\"dev.percpu\".level",
                    "ERROR");
        }
    }

    @Inject
    PerCpuMeterRegistry registry;

    @AfterAll
    static void findTheLibraryAgain() {
        System.clearProperty("percpu.native.dir");
    }

    @Test
    void shouldSayThatItRecordsByAtomicsAndWhy() {
        given().when()
                .get("/api/rseq")
                .then()
                .statusCode(200)
                .body("active", equalTo(false))
                .body("mode", equalTo("atomic"))
                .body("owner", equalTo("none"))
                .body(
                        "reason",
                        allOf(containsString("/no/such/folder/libpercpu.so"), containsString("no such readable file")))
                .body("registration.layout", nullValue())
                .body("thread.cpu_id", nullValue())
                .body("shards.count", equalTo(0))
                .body("shards.reservedBytes", nullValue());
    }

    @Test
    void shouldCountRequestsAllTheSame() {
        for (int i = 0; i < 100; i++) {
            given().when().get("/sample/items/" + i).then().statusCode(200);
        }

        assertEventually(
                () -> registry.get("http.server.requests")
                        .tag("uri", "/sample/items/{id}")
                        .timer()
                        .count(),
                100L);
    }
}
