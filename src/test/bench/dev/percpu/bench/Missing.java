package dev.percpu.bench;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** What could not be measured, and why: for the report, so that nothing disappears from it silently. Not thread-safe. */
final class Missing {
    private final Map<String, Set<String>> byReason = new LinkedHashMap<>();

    /**
     * Also tells it on standard error, at once.
     *
     * @param what was to be measured
     * @param reason in a sentence; what misses for the same reason stands together
     */
    void add(String what, String reason) {
        System.err.println("left out: " + what + ": " + reason);
        byReason.computeIfAbsent(reason, key -> new LinkedHashSet<>()).add(what);
    }

    /** As lines of a list in Markdown. */
    String lines() {
        StringBuilder out = new StringBuilder();
        byReason.forEach((reason, what) -> out.append("- ")
                .append(String.join(", ", what))
                .append(": ")
                .append(oneLine(reason))
                .append('\n'));
        return out.toString();
    }

    private static String oneLine(String reason) {
        return reason.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
