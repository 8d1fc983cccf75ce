package dev.percpu.service.status;

import static io.restassured.RestAssured.given;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.util.List;

/** The OpenAPI document of the running service. */
public final class OpenApiDocument {
    private static final String SCHEMAS = "#/components/schemas/";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode document;

    private OpenApiDocument(JsonNode document) {
        this.document = document;
    }

    public static OpenApiDocument read() throws JsonProcessingException {
        return new OpenApiDocument(JSON.readTree(
                given().accept("application/json").get("/q/openapi").asString()));
    }

    /**
     * Validates an answer. OpenAPI 3.1 has the schemas of JSON Schema 2020-12, in another place of the document.
     *
     * @param name path below {@code /api/}
     */
    public List<Error> validate(String name, JsonNode answer) throws JsonProcessingException {
        JsonNode response = document.at("/paths/~1api~1" + name + "/get/responses/200/content/application~1json");
        ObjectNode schema = response.path("schema").deepCopy();
        schema.set("$defs", document.at("/components/schemas"));
        String text = schema.toString().replace(SCHEMAS, "#/$defs/");
        return SchemaRegistry.withDialect(Dialects.getDraft202012())
                .getSchema(JSON.readTree(text))
                .validate(answer);
    }
}
