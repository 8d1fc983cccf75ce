package dev.percpu.scrape;

import java.math.BigDecimal;

/** Reads the tokens that negotiation headers are made of (RFC 9110, 5.6 and 12.4), from the left to the right. Not thread-safe. */
final class HeaderScanner {
    private static final String NO_TOKEN = "\"(),/:;<=>?@[\\]{}";

    private final String header;
    private final String text;
    private int at;

    /**
     * @param header its name, for complaints
     */
    HeaderScanner(String header, String text) {
        this.header = header;
        this.text = text;
    }

    int position() {
        return at;
    }

    boolean atEnd() {
        return at == text.length();
    }

    /** Whether that character comes next; stays before it. */
    boolean sees(char c) {
        return !atEnd() && text.charAt(at) == c;
    }

    void expect(char c, String expected) throws MalformedHeaderException {
        if (!sees(c)) {
            throw malformed(at, expected);
        }
        at++;
    }

    void skipSpace() {
        while (sees(' ') || sees('\t')) {
            at++;
        }
    }

    /** Reads one element of a list, from its first character. */
    interface Element {
        void read() throws MalformedHeaderException;
    }

    /** Reads a list to the end of the text (RFC 9110, 5.6.1): elements with commas between, of which those that are empty are passed over. */
    void list(Element element) throws MalformedHeaderException {
        while (true) {
            skipSpace();
            if (!atEnd() && !sees(',')) {
                element.read();
            }
            if (atEnd()) {
                return;
            }
            expect(',', "a comma or the end");
        }
    }

    String token(String expected) throws MalformedHeaderException {
        int start = at;
        while (!atEnd() && isTokenCharacter(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw malformed(at, expected);
        }
        return text.substring(start, at);
    }

    /** A token, or a string in quotation marks without them. */
    String parameterValue() throws MalformedHeaderException {
        if (!sees('"')) {
            return token("a parameter's value");
        }
        at++;
        StringBuilder value = new StringBuilder();
        while (!atEnd() && !sees('"')) {
            if (sees('\\') && at + 1 < text.length()) {
                at++;
            }
            value.append(text.charAt(at++));
        }
        expect('"', "a closing quotation mark");
        return value.toString();
    }

    /**
     * A weight, 0 to 1 with at most three decimals.
     *
     * @param position where it stands
     * @return thousandths
     */
    int permille(String weight, int position) throws MalformedHeaderException {
        if (!weight.matches("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?|\\.[0-9]{1,3}")) {
            throw malformed(position, "a weight from 0 to 1 with at most three decimals");
        }
        return new BigDecimal(weight).movePointRight(3).intValueExact();
    }

    MalformedHeaderException malformed(int position, String expected) {
        return new MalformedHeaderException(header, position, expected);
    }

    private static boolean isTokenCharacter(char c) {
        return c > ' ' && c < 127 && NO_TOKEN.indexOf(c) < 0;
    }
}
