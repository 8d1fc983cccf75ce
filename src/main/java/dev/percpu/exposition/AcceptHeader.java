package dev.percpu.exposition;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads an Accept header by the grammar of RFC 9110, strictly: what is no media range is an error of the client, told by its place.
 * One use each; not thread-safe.
 */
public final class AcceptHeader {

    /** The header cannot be read; the message says where and what was expected there, and repeats nothing of the header. */
    public static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String complaint;

        MalformedException(int position, String expected) {
            this("The Accept header cannot be read: expected " + expected + " at character " + (position + 1) + ".");
        }

        private MalformedException(String complaint) {
            super(complaint);
            this.complaint = complaint;
        }

        /** The message, which is never null. */
        public String complaint() {
            return complaint;
        }
    }

    private static final String NO_TOKEN = "\"(),/:;<=>?@[\\]{}";

    private final String text;
    private int at;

    private AcceptHeader(String text) {
        this.text = text;
    }

    /**
     * The ranges of a header, in its order; empty list elements are skipped, as the RFC asks for.
     *
     * @throws MalformedException if it is not of the header's grammar
     */
    public static List<MediaRange> parse(String header) throws MalformedException {
        return new AcceptHeader(header).ranges();
    }

    private List<MediaRange> ranges() throws MalformedException {
        List<MediaRange> ranges = new ArrayList<>();
        while (true) {
            skipSpace();
            if (at < text.length() && text.charAt(at) != ',') {
                ranges.add(range());
            }
            if (at == text.length()) {
                return ranges;
            }
            expect(',', "a comma or the end");
        }
    }

    private MediaRange range() throws MalformedException {
        int start = at;
        String type = token("a media type").toLowerCase(Locale.ROOT);
        expect('/', "a slash");
        String subtype = token("a media subtype").toLowerCase(Locale.ROOT);
        if (type.equals("*") && !subtype.equals("*")) {
            throw new MalformedException(start, "*/* or a media type");
        }
        Map<String, String> parameters = new HashMap<>();
        int permille = 1000;
        skipSpace();
        while (at < text.length() && text.charAt(at) == ';') {
            at++;
            skipSpace();
            if (at == text.length() || text.charAt(at) == ';' || text.charAt(at) == ',') {
                continue;
            }
            String name = token("a parameter").toLowerCase(Locale.ROOT);
            expect('=', "an equals sign");
            int valueStart = at;
            String value = value();
            if (name.equals("q")) {
                permille = permille(value, valueStart);
            } else {
                parameters.put(name, value);
            }
            skipSpace();
        }
        return new MediaRange(type, subtype, parameters, permille);
    }

    private String value() throws MalformedException {
        if (at == text.length() || text.charAt(at) != '"') {
            return token("a parameter's value");
        }
        at++;
        StringBuilder value = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
            }
            value.append(text.charAt(at++));
        }
        expect('"', "a closing quotation mark");
        return value.toString();
    }

    /** A weight: 0 to 1 with at most three decimals. */
    private static int permille(String value, int position) throws MalformedException {
        if (!value.matches("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?")) {
            throw new MalformedException(position, "a weight from 0 to 1 with at most three decimals");
        }
        String digits = value.length() > 2 ? value.substring(2) : "";
        return (value.charAt(0) - '0') * 1000 + Integer.parseInt((digits + "000").substring(0, 3));
    }

    private String token(String expected) throws MalformedException {
        int start = at;
        while (at < text.length() && isTokenCharacter(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw new MalformedException(at, expected);
        }
        return text.substring(start, at);
    }

    private static boolean isTokenCharacter(char c) {
        return c > ' ' && c < 127 && NO_TOKEN.indexOf(c) < 0;
    }

    private void expect(char c, String expected) throws MalformedException {
        if (at == text.length() || text.charAt(at) != c) {
            throw new MalformedException(at, expected);
        }
        at++;
    }

    private void skipSpace() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }
}
