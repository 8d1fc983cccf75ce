package dev.percpu.acceptance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A parser of the names, labels and values in a scrape in a text format. It throws an exception for a line that it cannot parse. Stateless.
 */
final class ScrapeText {

    private ScrapeText() {}

    /** The identity of a sample: its name and its labels, in any order. */
    record Series(String name, Map<String, String> labels) {}

    /** Returns the series with more than one sample. Prometheus keeps the first sample and logs nothing. */
    static List<Series> duplicates(String scrape) {
        Set<Series> seen = new HashSet<>();
        List<Series> duplicates = new ArrayList<>();
        for (Series series : series(scrape)) {
            if (!seen.add(series)) {
                duplicates.add(series);
            }
        }
        return duplicates;
    }

    /** Returns the series of all samples, in the order of the scrape. */
    static List<Series> series(String scrape) {
        return scrape.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(ScrapeText::seriesOf)
                .toList();
    }

    /**
     * Returns the values of one metric by their labels.
     *
     * @param name name of the sample, with a suffix such as {@code _count}
     */
    static Map<Map<String, String>, Double> values(String scrape, String name) {
        Map<Map<String, String>, Double> values = new HashMap<>();
        scrape.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .forEach(line ->
                        values.put(seriesOf(line).labels(), Double.valueOf(line.substring(line.lastIndexOf(' ') + 1))));
        return values;
    }

    private static Series seriesOf(String line) {
        int nameEnd = 0;
        while (nameEnd < line.length() && line.charAt(nameEnd) != '{' && line.charAt(nameEnd) != ' ') {
            nameEnd++;
        }
        if (nameEnd == 0 || nameEnd == line.length()) {
            throw new IllegalArgumentException("Not a sample: " + line);
        }
        Map<String, String> labels = line.charAt(nameEnd) == '{' ? labelsFrom(line, nameEnd + 1) : Map.of();
        return new Series(line.substring(0, nameEnd), labels);
    }

    /** Parses {@code name="value",...} up to the closing brace. */
    private static Map<String, String> labelsFrom(String line, int start) {
        Map<String, String> labels = new TreeMap<>();
        int at = start;
        while (at < line.length() && line.charAt(at) != '}') {
            int equals = line.indexOf("=\"", at);
            if (equals < 0) {
                throw new IllegalArgumentException("Not a label at " + at + " of: " + line);
            }
            int end = endOfValue(line, equals + 2);
            // Escapes are kept: equal values have the same escapes.
            if (labels.put(line.substring(at, equals), line.substring(equals + 2, end)) != null) {
                throw new IllegalArgumentException("A label twice in: " + line);
            }
            at = end + 1;
            if (at < line.length() && line.charAt(at) == ',') {
                at++;
            }
        }
        if (at >= line.length()) {
            throw new IllegalArgumentException("No end of the labels in: " + line);
        }
        return labels;
    }

    private static int endOfValue(String line, int start) {
        for (int at = start; at < line.length(); at++) {
            if (line.charAt(at) == '\\') {
                at++;
            } else if (line.charAt(at) == '"') {
                return at;
            }
        }
        throw new IllegalArgumentException("No end of a label's value in: " + line);
    }
}
