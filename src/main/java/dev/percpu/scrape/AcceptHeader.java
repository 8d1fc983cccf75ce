package dev.percpu.scrape;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads an Accept header by the grammar of RFC 9110, 12.5.1, strictly: what is no media range is an error of the client, told by its
 * place. But {@code *} alone is taken for <code>*&#47;*</code>, and a weight may begin with its point: OpenJDK's HttpURLConnection sent
 * {@code *; q=.2} by default up to version 18 (JDK-8163921). One use each; not thread-safe.
 */
public final class AcceptHeader {
    private final HeaderScanner scanner;

    private AcceptHeader(String text) {
        scanner = new HeaderScanner("Accept", text);
    }

    /**
     * The ranges of a header, in its order; empty list elements are skipped, as the RFC asks for.
     *
     * @throws MalformedHeaderException if it is not of the header's grammar
     */
    public static List<MediaRange> parse(String header) throws MalformedHeaderException {
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
        String subtype = type.equals("*") && !scanner.sees('/') ? "*" : subtype();
        if (type.equals("*") && !subtype.equals("*")) {
            throw scanner.malformed(start, "*/* or a media type");
        }
        Map<String, String> parameters = new HashMap<>();
        int permille = 1000;
        scanner.skipSpace();
        while (scanner.sees(';')) {
            scanner.expect(';', "a semicolon");
            scanner.skipSpace();
            if (scanner.atEnd() || scanner.sees(';') || scanner.sees(',')) {
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
