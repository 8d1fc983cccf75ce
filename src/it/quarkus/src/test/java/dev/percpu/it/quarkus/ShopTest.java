package dev.percpu.it.quarkus;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.percpu.it.ScrapeHistory;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ShopTest {
    private static final boolean PERCPU = System.getProperty("registry").equals("percpu");

    /** Pauses of the garbage collector; the threads that write the scrapes of this project; a description that Quarkus has not. */
    private static final String IGNORED =
            "jvm_gc_(pause|concurrent)_.*|.*pool_name=\"percpu-scrape\".*|http_server_active_requests$";

    /** What Micrometer itself changed with the client library 1.x. Quarkus still has its registry on 0.x. See the migration document. */
    private static final Map<String, String> CHANGED_BY_MICROMETER = Map.of(
            "jvm_info_total", "jvm_total",
            "_active_count", "_count",
            "_duration_sum", "_sum");

    private static final String VARYING =
            "(jvm|process|system|worker_pool|netty|http_server_bytes|http_server_connections|http_server_active)_.*"
                    + "|.*_seconds(_sum|_max|\\{.*quantile.*|_bucket.*)(\\{.*)?";

    @Test
    void shouldExposeWhatTheOtherRegistryExposes() throws Exception {
        for (int price : new int[] {5, 50, 500}) {
            given().post("/orders/" + price).then().statusCode(200);
        }
        given().get("/orders/1").then().statusCode(200);
        given().get("/orders/99").then().statusCode(404);
        given().get("/nowhere").then().statusCode(404);

        String text = given().accept("text/plain")
                .get("/q/metrics")
                .then()
                .statusCode(200)
                .extract()
                .asString();

        new ScrapeHistory(Path.of("target/scrapes"), IGNORED, VARYING)
                .add(System.getProperty("registry"), normal(text));
    }

    /** Returns a scrape in the form of the client library 1.x: numbers, labels, names, and no empty description. */
    private static String normal(String text) {
        return text.lines()
                .filter(line -> !line.matches("# HELP \\S+\\s*"))
                .filter(line ->
                        !line.matches("orders_found_seconds\\{.*quantile=.*")) // 1.x has no quantiles beside buckets
                .map(line -> line.startsWith("#") ? line : numbers(line))
                .map(ShopTest::renamed)
                .collect(Collectors.joining("\n"));
    }

    private static String numbers(String line) {
        int end = line.lastIndexOf(' ') + 1;
        String number = line.substring(end).replace("Inf", "Infinity");
        return line.substring(0, end).replace(",}", "}") + Double.valueOf(number);
    }

    private static String renamed(String line) {
        String renamed = line;
        for (Map.Entry<String, String> name : CHANGED_BY_MICROMETER.entrySet()) {
            renamed = renamed.replaceFirst(name.getKey() + "(?=[ {])", name.getValue());
        }
        return renamed;
    }

    @Test
    void shouldHaveTheViewByCpuWithThisProject() {
        String text = given().get("/q/metrics/cpus").asString();

        assertEquals(PERCPU, text.contains("percpu_shard_records_total{cpu="), text);
    }

    /** No page, REST resource or health check of the service is in the application. */
    @Test
    void shouldHaveNothingElse() {
        for (String path : List.of("/", "/api/rseq", "/api/cpus", "/q/health", "/q/openapi")) {
            assertEquals(404, given().get(path).statusCode(), path);
        }
    }
}
