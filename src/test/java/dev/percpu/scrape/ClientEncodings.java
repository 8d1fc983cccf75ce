package dev.percpu.scrape;

/** The Accept-Encoding headers of those that scrape, to the letter. */
public enum ClientEncodings {
    /** {@code scrape/scrape.go} of prometheus/prometheus 2.42.0 to 3.9.1, and so Alloy, the Agent and the OpenTelemetry Collector. */
    PROMETHEUS("gzip", true),
    /** The same with {@code enable_compression: false} (since 2.49). */
    PROMETHEUS_UNCOMPRESSED("identity", false),
    /** golang/go {@code net/http/transport.go}, unless a program sets its own. */
    GO("gzip", true),
    /** {@code curl --compressed} 7.88.1 as Debian 12 builds it, seen on a socket; without the option it sends none. */
    CURL_COMPRESSED("deflate, gzip, br, zstd", true),
    /** {@code network.http.accept-encoding} in Firefox' {@code modules/libpref/init/all.js}, sent where there is no TLS. */
    FIREFOX("gzip, deflate", true),
    /** {@code network.http.accept-encoding.secure} since Firefox 126: over TLS and to this machine. */
    FIREFOX_SECURE("gzip, deflate, br, zstd", true);

    private final String acceptEncoding;
    private final boolean takesGzip;

    ClientEncodings(String acceptEncoding, boolean takesGzip) {
        this.acceptEncoding = acceptEncoding;
        this.takesGzip = takesGzip;
    }

    /** What the client sends. */
    public String acceptEncoding() {
        return acceptEncoding;
    }

    /** Whether it is to be answered with gzip. */
    public boolean takesGzip() {
        return takesGzip;
    }
}
