package dev.percpu.ingest.mapping;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Rules with globs, indexed by the components of their matches. Each component of a glob is text or {@code *}. Thread-safe after the
 * last rule was added.
 *
 * <p>A search visits only components that match, so it takes no longer if more rules are added that do not match. It visits each of them
 * once at most.
 */
final class GlobRules {
    private static final String WILDCARD = "*";

    /** A rule with its number in the file, and the numbers of the components that it captures. */
    private record Entry(int number, MappingRule rule, int[] wildcards) {}

    /** A component of the globs that have the same components before it. */
    private static final class Node {
        private final Map<String, Node> next = new HashMap<>();
        private @Nullable Node wildcard;

        /** By {@link MetricType}: the first rule whose glob ends here. */
        private final @Nullable Entry[] ends = new Entry[MetricType.values().length];

        /** The first rule at and below this node. */
        private int first = Integer.MAX_VALUE;

        /** Number of components below this node, in its shortest and longest globs. */
        private int shortest = Integer.MAX_VALUE;

        private int longest = -1;
    }

    private final boolean inOrder;
    private final Node root = new Node();
    private int count;

    /**
     * @param inOrder whether the first matching rule of the file wins. Otherwise the most specific one does: from left to right, text wins
     *     over a wildcard.
     */
    GlobRules(boolean inOrder) {
        this.inOrder = inOrder;
    }

    /** Returns the number of wildcards in a glob. */
    static int wildcards(String glob) {
        return (int) split(glob).stream().filter(WILDCARD::equals).count();
    }

    /** Adds a rule behind all others. */
    void add(String glob, MappingRule rule) {
        List<String> components = split(glob);
        Entry entry = new Entry(count++, rule, wildcardsIn(components));
        Node node = root;
        for (int i = 0; ; i++) {
            int rest = components.size() - i;
            node.first = Math.min(node.first, entry.number());
            node.shortest = Math.min(node.shortest, rest);
            node.longest = Math.max(node.longest, rest);
            if (rest == 0) {
                break;
            }
            String component = components.get(i);
            if (!component.equals(WILDCARD)) {
                node = node.next.computeIfAbsent(component, key -> new Node());
            } else {
                node.wildcard = node.wildcard == null ? new Node() : node.wildcard;
                node = node.wildcard;
            }
        }
        for (MetricType type : MetricType.values()) {
            if (rule.appliesTo(type) && node.ends[type.ordinal()] == null) {
                node.ends[type.ordinal()] = entry;
            }
        }
    }

    private static int[] wildcardsIn(List<String> components) {
        return IntStream.range(0, components.size())
                .filter(i -> components.get(i).equals(WILDCARD))
                .toArray();
    }

    /** Returns what the winning rule makes of a metric, or null if no rule matches. */
    @Nullable
    MappedMetric map(String name, MetricType type) {
        if (count == 0) {
            return null;
        }
        List<String> components = split(name);
        Entry found = inOrder ? first(root, components, 0, type, null) : mostSpecific(root, components, 0, type);
        return found == null ? null : found.rule().map(capture -> components.get(found.wildcards()[capture - 1]));
    }

    /** @param best the first rule so far */
    private static @Nullable Entry first(
            @Nullable Node node, List<String> components, int depth, MetricType type, @Nullable Entry best) {
        if (node == null
                || !isPossible(node, components.size() - depth)
                || (best != null && best.number() < node.first)) {
            return best;
        }
        if (depth == components.size()) {
            Entry end = node.ends[type.ordinal()];
            return end == null || (best != null && best.number() < end.number()) ? best : end;
        }
        Entry withText = first(node.next.get(components.get(depth)), components, depth + 1, type, best);
        return first(node.wildcard, components, depth + 1, type, withText);
    }

    private static @Nullable Entry mostSpecific(
            @Nullable Node node, List<String> components, int depth, MetricType type) {
        if (node == null || !isPossible(node, components.size() - depth)) {
            return null;
        }
        if (depth == components.size()) {
            return node.ends[type.ordinal()];
        }
        Entry withText = mostSpecific(node.next.get(components.get(depth)), components, depth + 1, type);
        return withText != null ? withText : mostSpecific(node.wildcard, components, depth + 1, type);
    }

    private static boolean isPossible(Node node, int rest) {
        return rest >= node.shortest && rest <= node.longest;
    }

    private static List<String> split(String name) {
        List<String> components = new ArrayList<>();
        int start = 0;
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', start)) {
            components.add(name.substring(start, dot));
            start = dot + 1;
        }
        components.add(name.substring(start));
        return components;
    }
}
