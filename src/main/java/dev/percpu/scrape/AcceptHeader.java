package dev.percpu.scrape;

import dev.percpu.scrape.HeaderScanner.MalformedHeaderException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A parser of one Accept header (RFC 9110, section 12.5.1). Used once; not thread-safe.
 *
 * <p>It is strict, with two exceptions: {@code *} means <code>*&#47;*</code>, and a weight may begin with a point. OpenJDK's
 * HttpURLConnection sent {@code *; q=.2} by default up to version 18 (JDK-8163921).
 */
final class AcceptHeader {
    private final HeaderScanner scanner;

    /**
     * One media range of an Accept header. Everything but parameter values is in lower case.
     *
     * @param type {@code *} for any
     * @param subtype {@code *} for any
     * @param parameters without {@code q}
     * @param permille the weight {@code q} in thousandths, 0 (not acceptable) to 1000
     */
    record MediaRange(String type, String subtype, Map<String, String> parameters, int permille) {

        MediaRange {
            parameters = Map.copyOf(parameters);
        }

        /** Returns the precedence: 0 for {@code *}/{@code *}, 1 for {@code type}/{@code *}, else 2 plus the number of parameters. */
        int specificity() {
            if (type.equals("*")) {
                return 0;
            }
            return subtype.equals("*") ? 1 : 2 + parameters.size();
        }

        /** Returns whether a media type is in this range, without regard to parameters. */
        boolean covers(String otherType, String otherSubtype) {
            return type.equals("*")
                    || (type.equals(otherType) && (subtype.equals("*") || subtype.equals(otherSubtype)));
        }
    }

    private AcceptHeader(String text) {
        scanner = new HeaderScanner("Accept", text);
    }

    /**
     * Returns the media ranges of a header in its order. Empty list elements are skipped, as the RFC requires.
     *
     * @throws MalformedHeaderException if the header does not follow the grammar
     */
    static List<MediaRange> parse(String header) throws MalformedHeaderException {
        return new AcceptHeader(header).ranges();
    }

    private List<MediaRange> ranges() throws MalformedHeaderException {
        List<MediaRange> ranges = new ArrayList<>();
        scanner.list(() -> ranges.add(range()));
        return ranges;
    }

    private String subtype() throws MalformedHeaderException {
        scanner.expect('/', "a slash");
        return scanner.token("a media subtype").toLowerCase(Locale.ROOT);
    }

    private MediaRange range() throws MalformedHeaderException {
        int start = scanner.position();
        String type = scanner.token("a media type").toLowerCase(Locale.ROOT);
        String subtype = type.equals("*") && !scanner.isNext('/') ? "*" : subtype();
        if (type.equals("*") && !subtype.equals("*")) {
            throw scanner.malformed(start, "*/* or a media type");
        }
        Map<String, String> parameters = new HashMap<>();
        int permille = 1000;
        scanner.skipSpace();
        while (scanner.isNext(';')) {
            scanner.expect(';', "a semicolon");
            scanner.skipSpace();
            if (scanner.atEnd() || scanner.isNext(';') || scanner.isNext(',')) {
                continue;
            }
            String name = scanner.token("a parameter").toLowerCase(Locale.ROOT);
            scanner.expect('=', "an equals sign");
            int valueStart = scanner.position();
            String value = scanner.parameterValue();
            if (name.equals("q")) {
                permille = scanner.permille(value, valueStart);
            } else {
                parameters.put(name, value);
            }
            scanner.skipSpace();
        }
        return new MediaRange(type, subtype, parameters, permille);
    }
}
