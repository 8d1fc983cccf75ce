package dev.percpu.service.status;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import dev.percpu.service.ingest.IngestStatistics;
import dev.percpu.service.ingest.SampleStatistics;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Validates the answers of the running service with the schemas of its OpenAPI document. */
@QuarkusTest
class OpenApiTest {
    private static final String SCHEMAS = "#/components/schemas/";

    @Inject
    ObjectMapper json;

    private JsonNode document;

    @BeforeEach
    void read() throws JsonProcessingException {
        document = json.readTree(
                given().accept("application/json").get("/q/openapi").asString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rseq", "cpus", "requests"})
    void shouldDescribeTheAnswer(String name) throws JsonProcessingException {
        given().get("/no/such/path").then().statusCode(404); // a request to report

        JsonNode answer = json.readTree(
                given().get("/api/" + name).then().statusCode(200).extract().asString());

        assertThat(validate(name, answer)).as(answer.toPrettyString()).isEmpty();
    }

    @Test
    void shouldRejectOtherAnswers() throws JsonProcessingException {
        ObjectNode answer = (ObjectNode) json.readTree(given().get("/api/rseq").asString());

        assertThat(validate("rseq", answer.deepCopy().put("more", 1))).hasSize(1);
        assertThat(validate("rseq", answer.deepCopy().put("owner", "nobody"))).hasSize(1);
        assertThat(validate("rseq", answer.deepCopy().putNull("mode"))).isNotEmpty();
        ObjectNode less = answer.deepCopy();
        less.remove("findings");
        assertThat(validate("rseq", less)).hasSize(1);
    }

    @Test
    void shouldDescribeTheAnswersOfOtherSystems() throws JsonProcessingException {
        assertThat(validate("rseq", json.readTree(json.writeValueAsString(ReportsTest.rseqWithoutLibrary()))))
                .isEmpty();
        assertThat(validate("cpus", json.readTree(json.writeValueAsString(ReportsTest.cpusWithoutLibrary()))))
                .isEmpty();
        assertThat(validate("cpus", json.readTree(json.writeValueAsString(ReportsTest.cpusByMmCid()))))
                .isEmpty();
    }

    @Test
    void shouldDescribeTheAnswerOfIngest() throws JsonProcessingException {
        given().get("/api/ingest").then().statusCode(404);
        for (IngestStatistics statistics :
                List.of(SampleStatistics.of(1, 2, 3, 4), SampleStatistics.withMapping("line 3: no match"))) {
            JsonNode answer = json.readTree(json.writeValueAsString(
                    IngestReport.of(Optional.of(statistics)).orElseThrow()));

            assertThat(validate("ingest", answer)).as(answer.toPrettyString()).isEmpty();
            assertThat(validate("ingest", ((ObjectNode) answer).put("more", 1))).hasSize(1);
        }
    }

    /** OpenAPI 3.1 has the schemas of JSON Schema 2020-12, in another place of the document. */
    private List<Error> validate(String name, JsonNode answer) throws JsonProcessingException {
        JsonNode response = document.at("/paths/~1api~1" + name + "/get/responses/200/content/application~1json");
        ObjectNode schema = response.path("schema").deepCopy();
        schema.set("$defs", document.at("/components/schemas"));
        String text = schema.toString().replace(SCHEMAS, "#/$defs/");
        return SchemaRegistry.withDialect(Dialects.getDraft202012())
                .getSchema(json.readTree(text))
                .validate(answer);
    }
}
