package dev.percpu.service.status;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.not;

import dev.percpu.registry.PerCpuMeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@QuarkusTest
class StatusPageTest {

    @Inject
    PerCpuMeterRegistry registry;

    @Test
    void shouldAllowNoForeignContentAndNoCache() {
        given().get("/")
                .then()
                .statusCode(200)
                .contentType("text/html;charset=UTF-8")
                .header("Cache-Control", "no-store")
                .header("Content-Security-Policy", containsString("default-src 'self';"))
                .body(not(containsString("<script>")))
                .body(not(containsString("style=")));
        given().head("/").then().statusCode(200).body(emptyString());
    }

    @Test
    void shouldServeStyleAndScripts() {
        given().get("/page.css").then().statusCode(200).contentType(containsString("text/css"));
        given().get("/page.js").then().statusCode(200).contentType(containsString("javascript"));
        given().get("/latency.js").then().statusCode(200).contentType(containsString("javascript"));
    }

    @Test
    void shouldEscapeLabels() {
        registry.timer("http.server.requests", "uri", "/<b>&", "method", "GET", "status", "200", "outcome", "SUCCESS")
                .record(Duration.ofMillis(1));

        given().get("/").then().body(containsString("<code>/&lt;b&gt;&amp;</code>"));
    }
}
