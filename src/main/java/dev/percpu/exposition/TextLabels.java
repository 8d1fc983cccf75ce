package dev.percpu.exposition;

import io.prometheus.metrics.model.snapshots.Labels;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Conversions of labels to the text of both formats, without braces: {@code method="GET",uri="/"}. Stateless. */
final class TextLabels {
    private TextLabels() {}

    /** Converts labels to UTF-8. Returns null if a name needs quotation marks, which clients request in different forms. */
    static byte @Nullable [] of(Labels labels) {
        for (int i = 0; i < labels.size(); i++) {
            if (!isPlain(labels.getName(i))) {
                return null;
            }
        }
        return quoted(labels);
    }

    /** Converts labels to UTF-8, with quotation marks around names that need them. */
    static byte[] quoted(Labels labels) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < labels.size(); i++) {
            text.append(i == 0 ? "" : ",");
            name(labels.getPrometheusName(i), text);
            text.append("=\"");
            escape(labels.getValue(i), text);
            text.append('"');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the text of a label before its value. */
    static byte[] opening(String name) {
        return (name + "=\"").getBytes(StandardCharsets.US_ASCII);
    }

    private static void name(String name, StringBuilder out) {
        if (isPlain(name)) {
            out.append(name);
        } else {
            out.append('"');
            escape(name, out);
            out.append('"');
        }
    }

    /** Returns whether every version of Prometheus accepts a label name without quotation marks: {@code [a-zA-Z_][a-zA-Z0-9_]*}. */
    private static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
            if (!isLetter && (i == 0 || c < '0' || c > '9')) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private static void escape(String value, StringBuilder out) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '"' -> out.append("\\\"");
                case '\n' -> out.append("\\n");
                default -> out.append(c);
            }
        }
    }
}
