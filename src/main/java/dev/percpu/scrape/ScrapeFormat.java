package dev.percpu.scrape;

import org.jspecify.annotations.Nullable;

/** The formats of a scrape. Of those that a client likes as well as each other it gets the first. */
public enum ScrapeFormat {
    /** Prometheus' text format; what a client gets that does not care. */
    TEXT("text", "plain", "0.0.4", "; charset=utf-8"),
    /** OpenMetrics, which adds exemplars. */
    OPENMETRICS("application", "openmetrics-text", "1.0.0", "; charset=utf-8"),
    /** Prometheus' protobuf messages, each preceded by its length. */
    PROTOBUF(
            "application",
            "vnd.google.protobuf",
            null,
            "; proto=io.prometheus.client.MetricFamily; encoding=delimited"),
    /** {@link #TEXT} by the name that Prometheus 3 gave it when names may be in quotation marks; without such names the bytes are equal. */
    TEXT_1("text", "plain", "1.0.0", "; charset=utf-8"),
    /** The draft of {@link #OPENMETRICS}, whose readers read the standard's bytes: Prometheus' own Go client writes the same for both. */
    OPENMETRICS_DRAFT("application", "openmetrics-text", "0.0.1", "; charset=utf-8");

    private final String type;
    private final String subtype;
    private final @Nullable String version;
    private final String contentType;

    ScrapeFormat(String type, String subtype, @Nullable String version, String parameters) {
        this.type = type;
        this.subtype = subtype;
        this.version = version;
        this.contentType = type + "/" + subtype + (version == null ? "" : "; version=" + version) + parameters;
    }

    /** The value of the Content-Type header, without an escaping scheme. */
    public String contentType() {
        return contentType;
    }

    boolean isIn(MediaRange range) {
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
            // Among them "escaping": every scheme is there in every format.
            default -> true;
        };
    }
}
