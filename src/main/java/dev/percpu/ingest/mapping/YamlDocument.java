package dev.percpu.ingest.mapping;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * One YAML document as a tree of nodes with their lines. Not thread-safe.
 *
 * <p>It bounds what a hostile file can cost: the size of the file, the nesting, the number of aliases, and the number of values that are
 * read through them.
 */
final class YamlDocument {
    /** Largest size of a file, in bytes: about 40,000 rules. A ConfigMap has at most 1 MiB. */
    static final int MAX_BYTES = 4 << 20;

    private static final int MAX_NESTING = 20;
    private static final int MAX_ALIASES = 100_000;

    /** Largest number of values that are read. A value that several aliases name counts for each of them. */
    private static final int MAX_VALUES = 1_000_000;

    private final @Nullable Node root;
    private int values;

    private YamlDocument(@Nullable Node root) {
        this.root = root;
    }

    /**
     * Returns the document in a file.
     *
     * @param bytes text in UTF-8
     * @throws MappingException if the file is too large, or is not one document of YAML
     */
    static YamlDocument parse(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw MappingException.ofFile(
                    "the file must have at most " + MAX_BYTES + " bytes, but has " + bytes.length);
        }
        return new YamlDocument(compose(decode(bytes)));
    }

    private static String decode(byte[] bytes) {
        ByteBuffer input = ByteBuffer.wrap(bytes);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(input).toString();
        } catch (CharacterCodingException e) {
            throw after(
                    new String(bytes, 0, input.position(), StandardCharsets.UTF_8), "the file must be text in UTF-8");
        }
    }

    /** Returns a refusal of what follows the start of a file. */
    private static MappingException after(String start, String reason) {
        int line = 1 + (int) start.chars().filter(c -> c == '\n').count();
        return MappingException.at(line, start.length() - start.lastIndexOf('\n'), reason);
    }

    private static @Nullable Node compose(String text) {
        LoaderOptions limits = new LoaderOptions();
        limits.setCodePointLimit(MAX_BYTES);
        limits.setNestingDepthLimit(MAX_NESTING);
        limits.setMaxAliasesForCollections(MAX_ALIASES);
        StreamReader reader = new StreamReader(text);
        try {
            return new Composer(new ParserImpl(reader, limits), new Resolver(), limits).getSingleNode();
        } catch (MarkedYAMLException e) {
            throw located(e);
        } catch (ReaderException e) {
            int end = text.offsetByCodePoints(0, Math.min(e.getPosition(), text.codePointCount(0, text.length())));
            throw after(
                    text.substring(0, end), "the file must not have the character U+%04X".formatted(e.getCodePoint()));
        } catch (RuntimeException e) { // SnakeYAML fails so too, such as by a NumberFormatException at "\x"
            throw MappingException.at(
                    reader.getLine() + 1,
                    reader.getColumn() + 1,
                    "the file must be YAML: " + MappingText.printable(e.getMessage()));
        }
    }

    private static MappingException located(MarkedYAMLException e) {
        Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
        String reason = "the file must be YAML: "
                + (e.getContext() == null ? "" : MappingText.printable(e.getContext()) + ", ")
                + MappingText.printable(e.getProblem());
        return mark == null
                ? MappingException.ofFile(reason)
                : MappingException.at(mark.getLine() + 1, mark.getColumn() + 1, reason);
    }

    /** Returns the root, or null if the file has no value. */
    @Nullable
    Node root() {
        return root;
    }

    /**
     * Returns the entries of a mapping node by key. Entries of merge keys come last, and never replace one of the node itself.
     *
     * @param name name of the node in messages
     */
    Map<String, NodeTuple> entries(String name, MappingNode node) {
        count(node, node.getValue().size());
        Map<String, NodeTuple> entries = new LinkedHashMap<>();
        List<Node> merged = new ArrayList<>();
        for (NodeTuple entry : node.getValue()) {
            if (entry.getKeyNode().getTag().equals(Tag.MERGE)) {
                merged.add(entry.getValueNode());
                continue;
            }
            String key = key(name, entry.getKeyNode());
            if (entries.put(key, entry) != null) {
                throw error(
                        entry.getKeyNode(),
                        MappingText.quoted(key) + " must be set once in " + name + ", but is set twice");
            }
        }
        merged.forEach(source -> merge(name, source, entries, 1));
        return entries;
    }

    /** Adds the entries of a merge key: of one mapping, or of each mapping of a list. */
    private void merge(String name, Node source, Map<String, NodeTuple> entries, int depth) {
        if (source instanceof SequenceNode list) {
            elements(list).forEach(each -> mergeMapping(name, each, entries, depth));
        } else {
            mergeMapping(name, source, entries, depth);
        }
    }

    private void mergeMapping(String name, Node source, Map<String, NodeTuple> entries, int depth) {
        if (!(source instanceof MappingNode node)) {
            throw error(source, "a merge key must have a mapping or a list of mappings");
        }
        count(node, node.getValue().size());
        if (depth > MAX_NESTING) {
            throw error(source, "merge keys must be nested at most " + MAX_NESTING + " times");
        }
        List<Node> merged = new ArrayList<>();
        for (NodeTuple entry : node.getValue()) {
            if (entry.getKeyNode().getTag().equals(Tag.MERGE)) {
                merged.add(entry.getValueNode());
            } else {
                entries.putIfAbsent(key(name, entry.getKeyNode()), entry);
            }
        }
        merged.forEach(each -> merge(name, each, entries, depth + 1));
    }

    /** Returns the elements of a list. */
    List<Node> elements(SequenceNode list) {
        count(list, list.getValue().size());
        return list.getValue();
    }

    private void count(Node node, int added) {
        values += 1 + added;
        if (values > MAX_VALUES) {
            throw error(node, "the file must have at most " + MAX_VALUES + " values, those of aliases included");
        }
    }

    private static String key(String name, Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw error(node, "the keys of " + name + " must be text");
    }

    /** Returns a refusal at the place of a node. */
    static MappingException error(Node node, String reason) {
        Mark mark = node.getStartMark();
        return MappingException.at(mark.getLine() + 1, mark.getColumn() + 1, reason);
    }
}
