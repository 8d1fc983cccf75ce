package dev.percpu.ingest.mapping;

import java.util.Collection;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Text of a mapping file in messages. Stateless. */
final class MappingText {
    /** Number of characters after which a value is cut off in a message. */
    static final int SHOWN = 100;

    private MappingText() {}

    /** Returns a value in quotation marks: at most {@value #SHOWN} characters, control characters escaped. */
    static String quoted(String value) {
        return '"' + printable(value) + '"';
    }

    /** Returns text of one line: at most {@value #SHOWN} characters, control characters escaped. */
    static String printable(@Nullable String text) {
        StringBuilder shown = new StringBuilder();
        String all = String.valueOf(text);
        for (int i = 0; i < Math.min(all.length(), SHOWN); i++) {
            char c = all.charAt(i);
            if (Character.isISOControl(c) || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029') {
                shown.append(String.format("\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return all.length() > SHOWN ? shown + "..." : shown.toString();
    }

    /** Returns the known key that is most similar to an unknown one. */
    static String mostSimilar(String unknown, Collection<String> known) {
        String compared = unknown.length() > SHOWN ? unknown.substring(0, SHOWN) : unknown;
        return known.stream()
                .min(Comparator.<String>comparingInt(key -> distance(key, compared))
                        .thenComparing(key -> key))
                .orElseThrow();
    }

    /** Returns the Levenshtein distance. */
    private static int distance(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[to.length()];
    }
}
