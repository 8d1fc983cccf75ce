package dev.percpu.scrape;

import dev.percpu.exposition.Escaping;
import dev.percpu.exposition.PrometheusClient;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The media type of a scrape: its format, and how it escapes names. Immutable.
 *
 * @param format the format
 * @param escaping how names with characters outside {@code [a-zA-Z0-9_:]} are escaped; null if the client requested no scheme, in which
 *     case underscores replace such characters
 */
public record ScrapeType(Format format, @Nullable Escaping escaping) {

    /** Prometheus' text format 0.0.4 with names escaped by underscores: the type for clients that accept any. */
    static final ScrapeType TEXT = new ScrapeType(Format.TEXT, null);

    /** The formats of a scrape. Of two formats that a client accepts equally, the first is selected. */
    public enum Format {
        /** Prometheus' text format. */
        TEXT("text", "plain", "0.0.4", "; charset=utf-8"),
        /** OpenMetrics, which adds exemplars. */
        OPENMETRICS("application", "openmetrics-text", "1.0.0", "; charset=utf-8"),
        /** Prometheus' protobuf messages, each preceded by its length. */
        PROTOBUF(
                "application",
                "vnd.google.protobuf",
                null,
                "; proto=io.prometheus.client.MetricFamily; encoding=delimited"),
        /** {@link #TEXT} under the version of Prometheus 3, which permits quoted names. Without quoted names the bytes are equal. */
        TEXT_1("text", "plain", "1.0.0", "; charset=utf-8"),
        /** The draft of {@link #OPENMETRICS}. It has the same bytes as the standard, as in Prometheus' Go client. */
        OPENMETRICS_DRAFT("application", "openmetrics-text", "0.0.1", "; charset=utf-8");

        private final String type;
        private final String subtype;
        private final @Nullable String version;
        private final String contentType;

        Format(String type, String subtype, @Nullable String version, String parameters) {
            this.type = type;
            this.subtype = subtype;
            this.version = version;
            this.contentType = type + "/" + subtype + (version == null ? "" : "; version=" + version) + parameters;
        }

        /** Returns the value of the Content-Type header, without an escaping scheme. */
        public String contentType() {
            return contentType;
        }

        private boolean isIn(AcceptHeader.MediaRange range) {
            if (!range.covers(type, subtype)) {
                return false;
            }
            if (range.specificity() < 2) {
                return true;
            }
            return range.parameters().entrySet().stream()
                    .allMatch(parameter -> allows(parameter.getKey(), parameter.getValue()));
        }

        private boolean allows(String parameter, String value) {
            return switch (parameter) {
                case "version" -> version == null || version.equals(value);
                case "charset" -> value.equalsIgnoreCase("utf-8");
                case "proto" -> value.equals("io.prometheus.client.MetricFamily");
                case "encoding" -> value.equals("delimited");
                // This includes "escaping": each format can be written in each scheme.
                default -> true;
            };
        }
    }

    /** Returns the value of the Content-Type header. It has the escaping scheme if the client requested one. */
    public String contentType() {
        return escaping == null ? format.contentType() : format.contentType() + "; escaping=" + escaping.value();
    }

    /**
     * Selects the format with the highest weight. If weights are equal, the format of the earlier range is selected. If two formats match
     * the same range, the order of {@link Format} decides.
     *
     * <p>The escaping scheme is that of the deciding range. An unknown scheme counts as none.
     *
     * @param accepted the ranges of the Accept header; empty if the client accepts any type
     * @return empty if the client accepts no format
     */
    static Optional<ScrapeType> select(List<AcceptHeader.MediaRange> accepted) {
        if (accepted.isEmpty()) {
            return Optional.of(TEXT);
        }
        Format best = null;
        int bestWeight = 0;
        int bestIndex = Integer.MAX_VALUE;
        for (Format format : Format.values()) {
            int index = decidingRange(format, accepted);
            int weight = index < 0 ? 0 : accepted.get(index).permille();
            if (weight > bestWeight || (weight == bestWeight && weight > 0 && index < bestIndex)) {
                best = format;
                bestWeight = weight;
                bestIndex = index;
            }
        }
        return best == null
                ? Optional.empty()
                : Optional.of(new ScrapeType(
                        best,
                        PrometheusClient.requestedEscaping(
                                accepted.get(bestIndex).parameters().get("escaping"))));
    }

    /**
     * Returns the index of the most specific range that includes a format; -1 if there is none. If several are equally specific, the one
     * with the highest weight is used.
     */
    private static int decidingRange(Format format, List<AcceptHeader.MediaRange> accepted) {
        int deciding = -1;
        for (int i = 0; i < accepted.size(); i++) {
            AcceptHeader.MediaRange range = accepted.get(i);
            if (!format.isIn(range)) {
                continue;
            }
            AcceptHeader.MediaRange before = deciding < 0 ? null : accepted.get(deciding);
            if (before == null
                    || range.specificity() > before.specificity()
                    || (range.specificity() == before.specificity() && range.permille() > before.permille())) {
                deciding = i;
            }
        }
        return deciding;
    }
}
