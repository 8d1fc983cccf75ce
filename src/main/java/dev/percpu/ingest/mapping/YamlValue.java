package dev.percpu.ingest.mapping;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** A value of a YAML document, with its key and place. Its text is interpreted as Go's package yaml.v2 does it. Not thread-safe. */
final class YamlValue {
    private final YamlDocument document;
    private final String key;
    private final Node node;
    private final Node place;

    /** @param place node at which errors are reported: the key of an alias, whose own node has the place of the anchor */
    private YamlValue(YamlDocument document, String key, Node node, Node place) {
        this.document = document;
        this.key = key;
        this.node = node;
        this.place = place;
    }

    /** Returns the root of a document; empty if the document has no value. */
    static Optional<YamlValue> of(YamlDocument document) {
        return Optional.ofNullable(document.root()).map(root -> new YamlValue(document, "the file", root, root));
    }

    /** Returns whether the value is null: the key then counts as not set. */
    boolean isNull() {
        return node.getTag().equals(Tag.NULL);
    }

    /** Returns the text of a scalar, of any type; empty for null. */
    String text() {
        if (isNull()) {
            return "";
        }
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw mustBe("text");
    }

    /** Returns a boolean. */
    boolean flag() {
        return switch (text()) {
            case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE" -> true;
            case "n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE" -> false;
            default -> throw mustBe("true or false");
        };
    }

    /** Returns a number, possibly infinite. */
    double number() {
        String text = text().replace("_", "");
        if (text.length() <= MappingText.SHOWN && text.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?")) {
            double number = Double.parseDouble(text);
            if (Double.isInfinite(number)) {
                throw mustBe("a number of at most 1.8e308");
            }
            return number;
        }
        return switch (text) {
            case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF" -> Double.POSITIVE_INFINITY;
            default -> throw mustBe("a number");
        };
    }

    /** Returns a finite number. */
    double finite() {
        double number = number();
        if (Double.isInfinite(number)) {
            throw mustBe("a finite number");
        }
        return number;
    }

    /** Returns a whole number. */
    int whole(int max) {
        String text = text().replace("_", "");
        if (text.matches("\\+?\\d{1,10}") && Long.parseLong(text) <= max) {
            return Integer.parseInt(text);
        }
        throw mustBe("a whole number from 0 to " + max);
    }

    /** Returns a duration in the form of Go, such as {@code 1m20s}. */
    Duration duration() {
        return GoDuration.parse(text()).orElseThrow(() -> mustBe("a duration such as 30s, 1m20s or 0"));
    }

    /** Returns the elements of a list. */
    List<YamlValue> list() {
        if (isNull()) {
            return List.of();
        }
        if (node instanceof SequenceNode list) {
            return document.elements(list).stream()
                    .map(each -> new YamlValue(document, key, each, each))
                    .toList();
        }
        throw mustBe("a list");
    }

    /** Returns the entries by key, in the order of the file. */
    Map<String, YamlValue> entries() {
        if (isNull()) {
            return Map.of();
        }
        if (node instanceof MappingNode mapping) {
            Map<String, YamlValue> entries = new LinkedHashMap<>();
            document.entries(key, mapping)
                    .forEach((name, entry) ->
                            entries.put(name, new YamlValue(document, name, entry.getValueNode(), entry.getKeyNode())));
            return entries;
        }
        throw mustBe("a mapping of keys to values");
    }

    /**
     * Returns the entries with known keys.
     *
     * @throws MappingException if a key is not among them
     */
    Entries entries(Set<String> known) {
        Map<String, YamlValue> entries = entries();
        entries.forEach((name, value) -> {
            if (!known.contains(name)) {
                throw value.errorAtKey(MappingText.quoted(name) + " is not a known key of " + key
                        + "; the most similar key is " + MappingText.mostSimilar(name, known));
            }
        });
        return new Entries(entries);
    }

    /** Values by key. A value that is null counts as absent. */
    record Entries(Map<String, YamlValue> values) {
        static final Entries NONE = new Entries(Map.of());

        Optional<YamlValue> find(String key) {
            return Optional.ofNullable(values.get(key)).filter(value -> !value.isNull());
        }
    }

    /** Returns the one of several constants that the text names. */
    <E> E oneOf(Map<String, E> constants) {
        E found = constants.get(text());
        if (found == null) {
            throw mustBe(constants.keySet().stream()
                    .filter(name -> !name.isEmpty())
                    .sorted()
                    .collect(Collectors.joining(" or ")));
        }
        return found;
    }

    /** Returns the refusal of this value, which says what is allowed. */
    MappingException mustBe(String allowed) {
        String shown = node instanceof ScalarNode ? MappingText.quoted(text()) : "a " + node.getNodeId();
        return error(key + " must be " + allowed + ", but was " + shown);
    }

    /** Returns a refusal at the place of this value. */
    MappingException error(String reason) {
        boolean isAlias = node.getStartMark().getIndex() < place.getStartMark().getIndex();
        return YamlDocument.error(isAlias ? place : node, reason);
    }

    /** Returns a refusal at the place of the key. */
    MappingException errorAtKey(String reason) {
        return YamlDocument.error(place, reason);
    }
}
