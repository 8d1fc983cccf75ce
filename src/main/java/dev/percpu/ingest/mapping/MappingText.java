package dev.percpu.ingest.mapping;

import dev.percpu.settings.EditDistance;
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
                .min(Comparator.<String>comparingInt(key -> EditDistance.of(key, compared))
                        .thenComparing(key -> key))
                .orElseThrow();
    }
}
