package dev.percpu.scrape;

import dev.percpu.scrape.HeaderScanner.MalformedHeaderException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The codings that an Accept-Encoding header accepts (RFC 9110, section 12.5.3), of gzip and identity. Immutable. */
final class AcceptEncoding {
    private static final String GZIP = "gzip";
    private static final String IDENTITY = "identity";

    /** Weights in thousandths, by coding. */
    private final Map<String, Integer> weights;

    private AcceptEncoding(Map<String, Integer> weights) {
        this.weights = weights;
    }

    /**
     * Parses a header. An empty header accepts identity only, as a missing one does.
     *
     * @throws MalformedHeaderException if the header does not follow the grammar
     */
    static AcceptEncoding parse(String header) throws MalformedHeaderException {
        HeaderScanner scanner = new HeaderScanner("Accept-Encoding", header);
        Map<String, Integer> weights = new HashMap<>();
        scanner.list(() -> {
            String coding = scanner.token("a content coding").toLowerCase(Locale.ROOT);
            // x-gzip is equivalent to gzip (RFC 9110, section 8.4.1.3).
            weights.merge(coding.equals("x-gzip") ? GZIP : coding, weight(scanner), Math::max);
        });
        return new AcceptEncoding(weights);
    }

    private static int weight(HeaderScanner scanner) throws MalformedHeaderException {
        scanner.skipSpace();
        if (!scanner.isNext(';')) {
            return 1000;
        }
        scanner.expect(';', "a semicolon");
        scanner.skipSpace();
        int start = scanner.position();
        if (!scanner.token("a weight").equalsIgnoreCase("q")) {
            throw scanner.malformed(start, "a weight");
        }
        scanner.expect('=', "an equals sign");
        int valueStart = scanner.position();
        int permille = scanner.permille(scanner.token("a weight"), valueStart);
        scanner.skipSpace();
        return permille;
    }

    /** Returns whether gzip is accepted with at least the weight of identity. */
    boolean prefersGzip() {
        Integer gzip = weightOf(GZIP);
        Integer identity = weights.get(IDENTITY);
        return gzip != null && gzip > 0 && (identity == null || gzip >= identity);
    }

    /** Returns whether an uncompressed body is accepted. Only weight 0 for identity, or for {@code *} without identity, excludes it. */
    boolean acceptsIdentity() {
        Integer identity = weightOf(IDENTITY);
        return identity == null || identity > 0;
    }

    private @Nullable Integer weightOf(String coding) {
        Integer own = weights.get(coding);
        return own != null ? own : weights.get("*");
    }
}
