package dev.percpu.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A scrape in Prometheus' text format 0.0.4: the metadata of its families, and the value of each series. Immutable.
 *
 * @param metadata the HELP and TYPE lines, without their text or type, and that text or type
 * @param series the series, as name with labels, and their values
 */
public record Scrape(Map<String, String> metadata, Map<String, String> series) {

    /**
     * Reads a scrape.
     *
     * @throws IllegalArgumentException for a line that is not one of the format, or that repeats a series
     */
    public static Scrape parse(String text) {
        Map<String, String> metadata = new TreeMap<>();
        Map<String, String> series = new TreeMap<>();
        for (String line : text.lines().filter(it -> !it.isBlank()).toList()) {
            boolean comment = line.startsWith("#");
            int end = comment ? endOfThirdWord(line) : line.lastIndexOf(' ');
            if (end < 1) {
                throw new IllegalArgumentException("a line must have a name and a value, but was " + line);
            }
            String key = line.substring(0, end);
            if ((comment ? metadata : series).put(key, line.substring(end).strip()) != null) {
                throw new IllegalArgumentException("a scrape must have each line once, but repeats " + key);
            }
        }
        return new Scrape(metadata, series);
    }

    private static int endOfThirdWord(String line) {
        int end = -1;
        for (int word = 0; word < 3; word++) {
            end = line.indexOf(' ', end + 1);
            if (end < 0) {
                return line.length();
            }
        }
        return end;
    }

    /** Returns whether a family or series has a name that starts so. */
    public boolean hasPrefix(String prefix) {
        return series.keySet().stream().anyMatch(it -> it.startsWith(prefix));
    }

    /**
     * Compares two scrapes: families with HELP and TYPE, series with labels, and values.
     *
     * @param other the later scrape
     * @param ignored names of families that only one of both has, such as those of the registry itself
     * @param varying series whose value differs from run to run
     * @return the differences, one sentence each; empty if there are none
     */
    public List<String> differences(Scrape other, Predicate<String> ignored, Predicate<String> varying) {
        List<String> differences = new ArrayList<>();
        compare(metadata, other.metadata, key -> ignored.test(key.split(" ")[2]), key -> false, differences);
        compare(series, other.series, ignored, varying, differences);
        return differences;
    }

    private static void compare(
            Map<String, String> before,
            Map<String, String> after,
            Predicate<String> ignored,
            Predicate<String> varying,
            List<String> differences) {
        Set<String> keys = new TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        keys.removeIf(ignored);
        for (String key : keys) {
            String first = before.get(key);
            String second = after.get(key);
            if (first == null) {
                differences.add("only the later scrape has " + key);
            } else if (second == null) {
                differences.add("only the first scrape has " + key);
            } else if (!first.equals(second) && !varying.test(key)) {
                differences.add(key + " was " + first + ", but is " + second);
            }
        }
    }
}
