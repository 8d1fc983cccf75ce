package dev.percpu.exposition;

import java.util.List;
import java.util.Optional;

/** The formats of a scrape, and the choice between them. */
public enum ScrapeFormat {
    /** Prometheus' text format; what a client gets that does not care. */
    TEXT("text", "plain", "text/plain; version=0.0.4; charset=utf-8"),
    /** OpenMetrics, which adds exemplars. A client that asks for its draft 0.0.1 can read 1.0.0. */
    OPENMETRICS("application", "openmetrics-text", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    /** Prometheus' protobuf messages, each preceded by its length. */
    PROTOBUF(
            "application",
            "vnd.google.protobuf",
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited");

    private final String type;
    private final String subtype;
    private final String contentType;

    ScrapeFormat(String type, String subtype, String contentType) {
        this.type = type;
        this.subtype = subtype;
        this.contentType = contentType;
    }

    /** The value of the Content-Type header. */
    public String contentType() {
        return contentType;
    }

    /**
     * The format that a client likes best: of the highest weight; among those of the same weight the one named first; a wildcard's is
     * {@link #TEXT}. Empty if the client takes none. No ranges at all mean that anything will do.
     */
    public static Optional<ScrapeFormat> choose(List<MediaRange> accepted) {
        if (accepted.isEmpty()) {
            return Optional.of(TEXT);
        }
        ScrapeFormat best = null;
        int bestWeight = 0;
        int bestPlace = Integer.MAX_VALUE;
        for (ScrapeFormat format : values()) {
            int place = format.decidingRange(accepted);
            int weight = place < 0 ? 0 : accepted.get(place).permille();
            if (weight > bestWeight || (weight == bestWeight && weight > 0 && place < bestPlace)) {
                best = format;
                bestWeight = weight;
                bestPlace = place;
            }
        }
        return Optional.ofNullable(best);
    }

    /** The index of the most specific range that this format lies in (of several the one of most weight), -1 if it is in none. */
    private int decidingRange(List<MediaRange> accepted) {
        int deciding = -1;
        for (int i = 0; i < accepted.size(); i++) {
            MediaRange range = accepted.get(i);
            if (!isIn(range)) {
                continue;
            }
            MediaRange before = deciding < 0 ? null : accepted.get(deciding);
            if (before == null
                    || range.specificity() > before.specificity()
                    || (range.specificity() == before.specificity() && range.permille() > before.permille())) {
                deciding = i;
            }
        }
        return deciding;
    }

    private boolean isIn(MediaRange range) {
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
            case "version" ->
                switch (this) {
                    case TEXT -> value.equals("0.0.4");
                    case OPENMETRICS -> value.equals("1.0.0") || value.equals("0.0.1");
                    case PROTOBUF -> true;
                };
            case "charset" -> value.equalsIgnoreCase("utf-8");
            case "proto" -> value.equals("io.prometheus.client.MetricFamily");
            case "encoding" -> value.equals("delimited");
            // Among them "escaping": our names have nothing to escape, whatever the scheme.
            default -> true;
        };
    }
}
