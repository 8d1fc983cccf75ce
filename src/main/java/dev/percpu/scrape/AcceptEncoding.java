package dev.percpu.scrape;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an Accept-Encoding header takes (RFC 9110, 12.5.3), of the two codings that there are here. Immutable. */
public final class AcceptEncoding {
    private static final String GZIP = "gzip";
    private static final String IDENTITY = "identity";

    /** Weights in thousandths. */
    private final Map<String, Integer> weights;

    private AcceptEncoding(Map<String, Integer> weights) {
        this.weights = weights;
    }

    /**
     * Reads a header; an empty one, as an absent one, takes what is not compressed.
     *
     * @throws MalformedHeaderException if it is not of the header's grammar
     */
    public static AcceptEncoding parse(String header) throws MalformedHeaderException {
        HeaderScanner scanner = new HeaderScanner("Accept-Encoding", header);
        Map<String, Integer> weights = new HashMap<>();
        scanner.list(() -> {
            String coding = scanner.token("a content coding").toLowerCase(Locale.ROOT);
            // The RFC's other name of the same (8.4.1.3).
            weights.merge(coding.equals("x-gzip") ? GZIP : coding, weight(scanner), Math::max);
        });
        return new AcceptEncoding(weights);
    }

    private static int weight(HeaderScanner scanner) throws MalformedHeaderException {
        scanner.skipSpace();
        if (!scanner.sees(';')) {
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

    /** Whether gzip is taken, and not less liked than no compression. */
    public boolean prefersGzip() {
        Integer gzip = weightOf(GZIP);
        Integer identity = weights.get(IDENTITY);
        return gzip != null && gzip > 0 && (identity == null || gzip >= identity);
    }

    /** Whether an answer that is not compressed is taken: unless that is ruled out by name, or with all that is not named. */
    public boolean takesIdentity() {
        Integer identity = weightOf(IDENTITY);
        return identity == null || identity > 0;
    }

    private @Nullable Integer weightOf(String coding) {
        Integer own = weights.get(coding);
        return own != null ? own : weights.get("*");
    }
}
