package dev.percpu.service.status;

import static dev.percpu.Eventually.assertEventually;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.rseq.RseqStatus;
import io.micrometer.core.instrument.Timer;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class StatusResourceTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Inject
    RseqStatus status;

    @Inject
    PerCpuMeterRegistry registry;

    @Test
    void shouldReportExactlyTheFieldsOfTheContract() throws IOException {
        JsonNode report = get("/api/rseq");

        assertThat(names(report))
                .containsExactly(
                        "active",
                        "owner",
                        "mode",
                        "reason",
                        "indexedBy",
                        "registration",
                        "kernel",
                        "libc",
                        "activeSize",
                        "fields",
                        "thread",
                        "selfTest",
                        "shards",
                        "totals",
                        "findings");
        assertThat(report.get("findings"))
                .allSatisfy(
                        finding -> assertThat(names(finding)).containsExactly("id", "severity", "what", "why", "todo"));
        assertThat(names(report.get("kernel")))
                .containsExactly("release", "machine", "featureSize", "align", "membarrier");
        assertThat(names(report.at("/kernel/membarrier"))).containsExactly("mask", "rseqFence");
        assertThat(names(report.get("libc"))).containsExactly("name", "version", "rseqSize", "rseqOffset", "rseqFlags");
        assertThat(report.get("fields"))
                .isNotEmpty()
                .allSatisfy(field -> assertThat(names(field)).containsExactly("name", "offset", "size", "available"));
        assertThat(names(report.get("selfTest"))).containsExactly("result", "restarts", "violations", "durationMicros");
        assertThat(names(report.get("shards")))
                .containsExactly(
                        "count", "possibleCpus", "onlineCpus", "strideBytes", "reservedBytes", "residentBytes");
        assertThat(names(report.get("totals"))).containsExactly("restarts", "sharedShardRecords");
        assertThat(names(report.get("registration"))).containsExactly("length", "layout", "signature", "lastErrno");
        assertThat(names(report.get("thread"))).containsExactly("cpu_id_start", "cpu_id", "node_id", "mm_cid", "flags");
    }

    @Test
    void shouldReportTheStateOfThisProcess() throws IOException {
        JsonNode report = get("/api/rseq");

        assertThat(report.get("active").asBoolean()).isEqualTo(status.active());
        assertThat(report.get("owner").asText())
                .isIn("libc", "legacy", "self", "none")
                .isEqualTo(status.owner().toString());
        assertThat(report.get("mode").asText()).isEqualTo(status.active() ? "rseq" : "atomic");
        assertThat(report.get("reason").isNull()).isEqualTo(status.active());
        assertThat(report.get("indexedBy").asText()).isIn("cpu_id", "mm_cid");
        assertThat(report.at("/kernel/release").asText())
                .isEqualTo(
                        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        assertThat(report.at("/selfTest/result").asText()).isIn("passed", "skipped");
        assertThat(report.at("/shards/count").asInt()).isEqualTo(status.cpus().shardCount());
        assertThat(report.at("/shards/onlineCpus").asInt())
                .isPositive()
                .isLessThanOrEqualTo(report.at("/shards/possibleCpus").asInt());
        assertThat(report.at("/shards/strideBytes").asLong()).isPositive();
        assertThat(report.at("/shards/residentBytes").asLong())
                .isPositive()
                .isLessThanOrEqualTo(report.at("/shards/reservedBytes").asLong());
    }

    @Test
    void shouldCountEachObservationOnACpuOrInTheSharedShard() throws IOException {
        Timer timer = registry.timer("status.resource.test");
        long before = records(get("/api/cpus"));

        for (int i = 0; i < 10_000; i++) {
            timer.record(Duration.ofNanos(1));
        }

        // The requests of this test are observations too.
        assertThat(records(get("/api/cpus")) - before).isBetween(10_000L, 10_100L);
        assertEventually(timer::count, 10_000L);
    }

    @Test
    void shouldListPossibleCpusWithNumaNodes() throws IOException {
        JsonNode report = get("/api/cpus");

        assertThat(names(report)).containsExactly("indexedBy", "cpus", "shared");
        assertThat(names(report.get("shared"))).containsExactly("records");
        assertThat(report.get("cpus"))
                .hasSize(status.cpus().possible().cardinality())
                .allSatisfy(cpu ->
                        assertThat(names(cpu)).containsExactly("cpu", "numaNode", "online", "records", "restarts"));
        assertThat(report.at("/cpus/0/cpu").asInt()).isZero();
        assertThat(report.at("/cpus/0/online").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/rseq", "/api/cpus", "/api/requests"})
    void shouldRejectAnAcceptHeaderWithoutJson(String path) {
        given().accept("text/csv").when().get(path).then().statusCode(406);
    }

    @Test
    void shouldCountRequestsByRoute() throws IOException {
        long before = count(get("/api/requests"));

        given().get("/api/cpus").then().statusCode(200);

        // A request is recorded after its response was written.
        assertEventually(() -> count(uncheckedGet("/api/requests")), before + 1);
    }

    private static JsonNode uncheckedGet(String path) {
        try {
            return get(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long count(JsonNode report) {
        for (JsonNode route : report.get("routes")) {
            assertThat(names(route))
                    .containsExactly("uri", "method", "count", "errors", "sumSeconds", "maxSeconds", "buckets");
            if (route.get("uri").asText().equals("/api/cpus")
                    && route.get("method").asText().equals("GET")) {
                assertThat(route.get("buckets").isNull()).isTrue();
                assertThat(route.get("maxSeconds").asDouble())
                        .isBetween(0.0, route.get("sumSeconds").asDouble());
                return route.get("count").asLong();
            }
        }
        return 0;
    }

    @Test
    void shouldServeAPageThatReadsTheStatus() {
        given().when().get("/").then().statusCode(200).contentType("text/html").body(containsString("api/rseq"));
    }

    private static long records(JsonNode report) {
        return report.at("/shared/records").asLong()
                + StreamSupport.stream(report.get("cpus").spliterator(), false)
                        .mapToLong(cpu -> cpu.get("records").asLong())
                        .sum();
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static JsonNode get(String path) throws IOException {
        return JSON.readTree(given().when()
                .get(path)
                .then()
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .extract()
                .asString());
    }

    @Test
    void shouldDescribeErrorsInJson() {
        given().post("/api/rseq")
                .then()
                .statusCode(405)
                .contentType("application/problem+json")
                .header("Allow", "GET, HEAD, OPTIONS")
                .header("Cache-Control", "no-store")
                .body("status", equalTo(405), "title", equalTo("Method Not Allowed"));
        given().get("/api/nothing")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("status", equalTo(404), "title", equalTo("Not Found"));
        given().accept("image/png")
                .get("/api/rseq")
                .then()
                .statusCode(406)
                .contentType("application/problem+json")
                .body("status", equalTo(406));
    }
}
