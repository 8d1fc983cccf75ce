package dev.percpu.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.List;

/**
 * The objects of a rendered kustomization.
 *
 * @param yaml the text with all objects
 */
public record Manifests(String yaml, List<JsonNode> objects) {

    public Manifests {
        objects = List.copyOf(objects);
    }

    /** Parses YAML documents. */
    public static Manifests parse(String yaml) throws IOException {
        try (MappingIterator<JsonNode> documents =
                new YAMLMapper().readerFor(JsonNode.class).readValues(yaml)) {
            return new Manifests(yaml, documents.readAll());
        }
    }

    /** Returns all objects of a kind, in the order of the output. */
    public List<JsonNode> all(String kind) {
        return objects.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .toList();
    }

    /**
     * Returns the only object of a kind.
     *
     * @throws AssertionError if there are none or several
     */
    public JsonNode only(String kind) {
        List<JsonNode> found = all(kind);
        if (found.size() != 1) {
            throw new AssertionError("There must be one " + kind + ", but there were: " + found);
        }
        return found.getFirst();
    }
}
