package dev.percpu.scrape;

import dev.percpu.settings.Compression;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The content negotiation of scrapes: selects format, escaping scheme and compression by two request headers.
 *
 * <p>It has no types of an HTTP server, so that all endpoints of a registry negotiate alike. Immutable and thread-safe.
 *
 * <p>The headers are read by RFC 9110, sections 12.5.1 (Accept) and 12.5.3 (Accept-Encoding). The format is selected by Prometheus' <a
 * href="https://prometheus.io/docs/instrumenting/content_negotiation/">rules of content negotiation</a>.
 */
public final class ScrapeNegotiation {
    private static final int BAD_REQUEST = 400;
    private static final int NOT_ACCEPTABLE = 406;

    private final Compression compression;

    /** The result of a negotiation. */
    public sealed interface Result {}

    /**
     * A response that the client accepts.
     *
     * @param type format and escaping scheme of the body
     * @param compression how the body is compressed; {@link Compression#OFF} if it is not
     * @param headers the response headers that follow: Content-Type, Vary, and Content-Encoding for a compressed body
     */
    public record Accepted(ScrapeType type, Compression compression, Map<String, String> headers) implements Result {

        /**
         * Returns the stream that the scrape is written to.
         *
         * <p>For a compressed body, closing that stream writes the last bytes and frees the compressor's memory outside the heap. It closes
         * the other stream too.
         *
         * @param out the response body
         */
        public OutputStream body(OutputStream out) throws IOException {
            return compression == Compression.OFF ? out : new GzipStream(out, compression);
        }
    }

    /**
     * A request that is rejected.
     *
     * @param status the HTTP status: 400 for a malformed header, 406 if no offered format or encoding is acceptable
     * @param reason a sentence for the client, which repeats nothing of its headers
     */
    public record Rejected(int status, String reason) implements Result {}

    /**
     * Creates the negotiation of an endpoint.
     *
     * @param compression how bodies are compressed for clients that prefer gzip; {@link Compression#OFF} for an endpoint that never compresses
     */
    public ScrapeNegotiation(Compression compression) {
        this.compression = compression;
    }

    /**
     * Negotiates one scrape.
     *
     * @param accept values of all Accept header lines, in their order; null or empty if the request has none
     * @param acceptEncoding values of all Accept-Encoding header lines, in their order; null or empty if the request has none
     */
    public Result negotiate(@Nullable List<String> accept, @Nullable List<String> acceptEncoding) {
        try {
            Optional<ScrapeType> type = ScrapeType.select(AcceptHeader.parse(joined(accept)));
            if (type.isEmpty()) {
                return new Rejected(
                        NOT_ACCEPTABLE,
                        "The Accept header must allow text/plain (version 0.0.4 or 1.0.0), application/openmetrics-text "
                                + "(version 1.0.0 or 0.0.1) or application/vnd.google.protobuf.");
            }
            AcceptEncoding encoding = AcceptEncoding.parse(joined(acceptEncoding));
            boolean compressed = compression != Compression.OFF && encoding.prefersGzip();
            if (!compressed && !encoding.acceptsIdentity()) {
                return new Rejected(
                        NOT_ACCEPTABLE,
                        "The Accept-Encoding header must allow identity"
                                + (compression == Compression.OFF ? "." : " or gzip."));
            }
            return accepted(type.get(), compressed);
        } catch (HeaderScanner.MalformedHeaderException e) {
            return new Rejected(BAD_REQUEST, e.reason());
        }
    }

    /** Joins the lines of a header with commas, as RFC 9110, section 5.3 permits. */
    private static String joined(@Nullable List<String> lines) {
        return lines == null ? "" : String.join(",", lines);
    }

    private Accepted accepted(ScrapeType type, boolean compressed) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", type.contentType());
        headers.put("Vary", compression == Compression.OFF ? "Accept" : "Accept, Accept-Encoding");
        if (compressed) {
            headers.put("Content-Encoding", "gzip");
        }
        return new Accepted(type, compressed ? compression : Compression.OFF, headers);
    }
}
