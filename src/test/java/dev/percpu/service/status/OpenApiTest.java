package dev.percpu.service.status;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.percpu.service.ingest.IngestStatistics;
import dev.percpu.service.ingest.SampleStatistics;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Validates the answers of the running service with the schemas of its OpenAPI document. */
@QuarkusTest
class OpenApiTest {
    @Inject
    ObjectMapper json;

    private OpenApiDocument document;

    @BeforeEach
    void read() throws JsonProcessingException {
        document = OpenApiDocument.read();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rseq", "cpus", "requests"})
    void shouldDescribeTheAnswer(String name) throws JsonProcessingException {
        given().get("/no/such/path").then().statusCode(404); // a request to report

        JsonNode answer = json.readTree(
                given().get("/api/" + name).then().statusCode(200).extract().asString());

        assertThat(document.validate(name, answer)).as(answer.toPrettyString()).isEmpty();
    }

    @Test
    void shouldRejectOtherAnswers() throws JsonProcessingException {
        ObjectNode answer = (ObjectNode) json.readTree(given().get("/api/rseq").asString());

        assertThat(document.validate("rseq", answer.deepCopy().put("more", 1))).hasSize(1);
        assertThat(document.validate("rseq", answer.deepCopy().put("owner", "nobody")))
                .hasSize(1);
        assertThat(document.validate("rseq", answer.deepCopy().putNull("mode"))).isNotEmpty();
        ObjectNode less = answer.deepCopy();
        less.remove("findings");
        assertThat(document.validate("rseq", less)).hasSize(1);
    }

    @Test
    void shouldDescribeTheAnswersOfOtherSystems() throws JsonProcessingException {
        assertThat(document.validate("rseq", json.readTree(json.writeValueAsString(ReportsTest.rseqWithoutLibrary()))))
                .isEmpty();
        assertThat(document.validate("cpus", json.readTree(json.writeValueAsString(ReportsTest.cpusWithoutLibrary()))))
                .isEmpty();
        assertThat(document.validate("cpus", json.readTree(json.writeValueAsString(ReportsTest.cpusByMmCid()))))
                .isEmpty();
    }

    @Test
    void shouldDescribeTheAnswerOfIngest() throws JsonProcessingException {
        given().get("/api/ingest").then().statusCode(404);
        for (IngestStatistics statistics : List.of(
                SampleStatistics.of(1, 2, 3, 4),
                SampleStatistics.withMapping("line 3: no match"),
                SampleStatistics.ofOtlp(1, 2))) {
            JsonNode answer = json.readTree(
                    json.writeValueAsString(IngestReport.of(List.of(statistics)).orElseThrow()));

            assertThat(document.validate("ingest", answer))
                    .as(answer.toPrettyString())
                    .isEmpty();
            assertThat(document.validate("ingest", ((ObjectNode) answer).put("more", 1)))
                    .hasSize(1);
        }
    }
}
