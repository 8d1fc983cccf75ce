import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Validates rendered manifests as strictly as an API server: unknown kinds and fields, wrong types, missing fields. Prints a line
 * {@code FILE: KIND NAME: finding} for each finding. A program of its own, which {@code ManifestsTest} runs with the libraries of pom.xml.
 */
final class ManifestCheck {

    private static final KubernetesSerialization FABRIC8 = new KubernetesSerialization();
    private static final ObjectMapper JSON = new ObjectMapper();

    private ManifestCheck() {}

    public static void main(String[] files) throws IOException {
        for (String file : files) {
            try (MappingIterator<JsonNode> objects = new YAMLMapper()
                    .readerFor(JsonNode.class)
                    .readValues(Path.of(file).toFile())) {
                while (objects.hasNext()) {
                    JsonNode object = objects.next();
                    String name = object.path("kind").asText() + " "
                            + object.at("/metadata/name").asText();
                    check(object, finding -> System.out.println(file + ": " + name + ": " + finding));
                }
            }
        }
    }

    private static void check(JsonNode object, Consumer<String> findings) throws JsonProcessingException {
        try {
            Object model = FABRIC8.unmarshal(object.toString());
            if (model instanceof GenericKubernetesResource) {
                findings.accept("unknown apiVersion or kind");
                return;
            }
            findUnknownFields(model, "", findings);
            findConvertedValues(object, JSON.readTree(FABRIC8.asJson(model)), "", findings);
        } catch (KubernetesClientException e) {
            findings.accept(oneLine(e.getCause() == null ? e : e.getCause()));
        }
        // The objects of the Prometheus operator are not in this model.
        if (!object.path("apiVersion").asText().startsWith("monitoring.coreos.com/")) {
            findMissingFields(object, findings);
        }
    }

    /** Reports the fields that the model does not have: fabric8 collects them in maps named additionalProperties. */
    private static void findUnknownFields(Object value, String path, Consumer<String> findings) {
        switch (value) {
            case null -> {}
            case Collection<?> elements ->
                elements.forEach(element -> findUnknownFields(element, path + "[]", findings));
            case Map<?, ?> map -> map.forEach((key, element) -> findUnknownFields(element, path + "." + key, findings));
            case Object bean
            when bean.getClass().getName().startsWith("io.fabric8.") && !(bean instanceof Enum) -> {
                for (Field field : bean.getClass().getDeclaredFields()) {
                    if (!Modifier.isStatic(field.getModifiers())) {
                        findUnknownFields(field, bean, path, findings);
                    }
                }
            }
            default -> {}
        }
    }

    private static void findUnknownFields(Field field, Object bean, String path, Consumer<String> findings) {
        try {
            field.setAccessible(true);
            Object value = field.get(bean);
            if (!field.getName().equals("additionalProperties")) {
                findUnknownFields(value, path + "." + field.getName(), findings);
            } else if (value instanceof Map<?, ?> unknown && !unknown.isEmpty()) {
                findings.accept("unknown fields " + unknown.keySet() + " in " + path);
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reports values that the model has in another type. An API server does not convert "8080" to 8080, nor false to "false". */
    private static void findConvertedValues(JsonNode given, JsonNode model, String path, Consumer<String> findings) {
        given.properties()
                .forEach(field -> findConvertedValues(
                        field.getValue(), model.path(field.getKey()), path + "." + field.getKey(), findings));
        for (int i = 0; given.isArray() && i < given.size(); i++) {
            findConvertedValues(given.get(i), model.path(i), path + "[]", findings);
        }
        if (!given.isContainerNode() && given.getNodeType() != model.getNodeType()) {
            findings.accept(path + " must be of type " + model.getNodeType() + ", but was " + given);
        }
    }

    private static void findMissingFields(JsonNode object, Consumer<String> findings) {
        String version = object.path("apiVersion").asText().replaceFirst(".*/", "");
        String model = "io.kubernetes.client.openapi.models."
                + version.substring(0, 1).toUpperCase(Locale.ROOT) + version.substring(1)
                + object.path("kind").asText();
        try {
            Class.forName(model)
                    .getMethod("validateJsonElement", JsonElement.class)
                    .invoke(null, JsonParser.parseString(object.toString()));
        } catch (InvocationTargetException e) {
            findings.accept(oneLine(e.getCause()));
        } catch (ReflectiveOperationException e) {
            findings.accept("there is no model " + model);
        }
    }

    private static String oneLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).replaceAll("\\s+", " ");
    }
}
