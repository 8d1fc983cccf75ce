package dev.percpu.scrape;

/** The exact Accept-Encoding headers of clients that scrape. */
public enum ClientEncodings {
    /** {@code scrape/scrape.go} of prometheus/prometheus 2.42.0 to 3.9.1, which Alloy, the Agent and the OpenTelemetry Collector use. */
    PROMETHEUS("gzip", true),
    /** {@link #PROMETHEUS} with {@code enable_compression: false} (since 2.49). */
    PROMETHEUS_UNCOMPRESSED("identity", false),
    /** golang/go {@code net/http/transport.go}, unless a program sets its own. */
    GO("gzip", true),
    /** {@code curl --compressed} 7.88.1 as built by Debian 12, captured on a socket. Without the option curl sends no such header. */
    CURL_COMPRESSED("deflate, gzip, br, zstd", true),
    /** {@code network.http.accept-encoding} in Firefox' {@code modules/libpref/init/all.js}, sent without TLS. */
    FIREFOX("gzip, deflate", true),
    /** {@code network.http.accept-encoding.secure} since Firefox 126, sent with TLS and to localhost. */
    FIREFOX_SECURE("gzip, deflate, br, zstd", true);

    private final String acceptEncoding;
    private final boolean acceptsGzip;

    ClientEncodings(String acceptEncoding, boolean acceptsGzip) {
        this.acceptEncoding = acceptEncoding;
        this.acceptsGzip = acceptsGzip;
    }

    /** Returns the header that the client sends. */
    public String acceptEncoding() {
        return acceptEncoding;
    }

    /** Returns whether the response must be gzip. */
    public boolean acceptsGzip() {
        return acceptsGzip;
    }
}
