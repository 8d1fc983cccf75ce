package dev.percpu.exposition;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Labels as both text formats write them, without the braces: {@code method="GET",uri="/"}. */
public final class TextLabels {
    private TextLabels() {}

    /** In UTF-8; null if a name has to be quoted: then only the client's own writer will do. */
    public static byte @Nullable [] of(Labels labels) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < labels.size(); i++) {
            if (!PrometheusNaming.isValidLegacyLabelName(labels.getPrometheusName(i))) {
                return null;
            }
            text.append(i == 0 ? "" : ",").append(labels.getPrometheusName(i)).append("=\"");
            escape(labels.getValue(i), text);
            text.append('"');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
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
