package dev.percpu.scrape;

/**
 * The exact Accept headers of clients that scrape, and the content types of the responses.
 *
 * <p>Prometheus' headers are from {@code scrape/scrape.go} (acceptHeader) and {@code config/config.go} of the tags 2.42.0, 2.53.0, 3.0.0 and
 * 3.9.1. Grafana's Agent and Alloy and the OpenTelemetry Collector use Prometheus' package in the version of their {@code go.mod}. Alloy's
 * {@code prometheus.scrape} escapes by underscores by default.
 */
public enum Clients {
    PROMETHEUS_2_42(
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            Types.OPENMETRICS),
    PROMETHEUS_2_42_NATIVE_HISTOGRAMS(
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
                    + "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            Types.PROTOBUF),
    PROMETHEUS_2_53(
            "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
                    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            Types.OPENMETRICS),
    PROMETHEUS_2_53_NATIVE_HISTOGRAMS(
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.5,"
                    + "application/openmetrics-text;version=1.0.0;q=0.4,application/openmetrics-text;version=0.0.1;q=0.3,"
                    + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
            Types.PROTOBUF),
    PROMETHEUS_3_0(
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                    + "application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.5,"
                    + "text/plain;version=1.0.0;escaping=allow-utf-8;escaping=allow-utf-8;q=0.4,"
                    + "text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;q=0.2",
            Types.OPENMETRICS + "; escaping=allow-utf-8"),
    PROMETHEUS_3_0_NATIVE_HISTOGRAMS(
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;"
                    + "escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                    + "application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.4,"
                    + "text/plain;version=1.0.0;escaping=allow-utf-8;escaping=allow-utf-8;q=0.3,"
                    + "text/plain;version=0.0.4;escaping=allow-utf-8;q=0.2,*/*;q=0.1",
            Types.PROTOBUF + "; escaping=allow-utf-8"),
    PROMETHEUS_3_9(
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                    + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            Types.OPENMETRICS + "; escaping=allow-utf-8"),
    /** The selected range has no scheme. Prometheus' Go client then escapes by underscores too. */
    PROMETHEUS_3_9_NATIVE_HISTOGRAMS(
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
                    + "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                    + "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
                    + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
            Types.PROTOBUF),
    PROMETHEUS_3_9_TEXT_ONLY("text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,*/*;q=0.5", Types.TEXT_1),
    /** grafana/agent 0.44.8, the last release, uses grafana/prometheus at 51b39f24d406: Prometheus 2.48.1 with two changes. */
    GRAFANA_AGENT_0_44(PROMETHEUS_2_42),
    /** {@link #GRAFANA_AGENT_0_44} with {@code enable_protobuf_negotiation}. */
    GRAFANA_AGENT_0_44_PROTOBUF(PROMETHEUS_2_42_NATIVE_HISTOGRAMS),
    /** {@code receiver/prometheusreceiver} of open-telemetry/opentelemetry-collector-contrib 0.118.0, built on Prometheus 2.54.1. */
    OPENTELEMETRY_COLLECTOR_0_118(PROMETHEUS_2_53),
    ALLOY(
            "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,"
                    + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=underscores;q=0.4,"
                    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            Types.OPENMETRICS + "; escaping=underscores"),
    /** grafana/alloy 1.18.1, built on Prometheus 3.12.0, with {@code scrape_native_histograms}. */
    ALLOY_1_18_NATIVE_HISTOGRAMS(
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
                    + "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.5,"
                    + "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=underscores;q=0.3,"
                    + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
            Types.PROTOBUF),
    CURL("*/*", Types.TEXT),
    /** {@code sun.net.www.protocol.http.HttpURLConnection} of OpenJDK up to 18. */
    JDK_HTTP_URL_CONNECTION("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", Types.TEXT),
    FIREFOX("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Types.TEXT);

    private static final class Types {
        static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
        static final String TEXT_1 = "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8";
        static final String OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        static final String PROTOBUF =
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
    }

    private final String accept;
    private final String contentType;

    Clients(String accept, String contentType) {
        this.accept = accept;
        this.contentType = contentType;
    }

    /** A client that sends the headers of another client. */
    Clients(Clients other) {
        this(other.accept, other.contentType);
    }

    /** Returns the header that the client sends. */
    public String accept() {
        return accept;
    }

    /** Returns the content type of the response. */
    public String contentType() {
        return contentType;
    }
}
