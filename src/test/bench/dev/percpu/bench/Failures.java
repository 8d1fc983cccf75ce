package dev.percpu.bench;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The measurements that failed, with their reasons, for the report. Not thread-safe. */
final class Failures {
    private final Map<String, Set<String>> byReason = new LinkedHashMap<>();

    /**
     * Adds a failed measurement, and prints it to standard error.
     *
     * @param measurement case or figure that failed
     * @param reason reason in one sentence; measurements with the same reason share a line of the report
     */
    void add(String measurement, String reason) {
        System.err.println("not measured: " + measurement + ": " + reason);
        byReason.computeIfAbsent(reason, key -> new LinkedHashSet<>()).add(measurement);
    }

    /** Returns the failures as a list in Markdown. */
    String lines() {
        StringBuilder out = new StringBuilder();
        byReason.forEach((reason, measurements) -> out.append("- ")
                .append(String.join(", ", measurements))
                .append(": ")
                .append(oneLine(reason))
                .append('\n'));
        return out.toString();
    }

    private static String oneLine(String reason) {
        return reason.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
