package dev.percpu.scrape;

import java.math.BigDecimal;

/** A scanner of negotiation headers (RFC 9110, sections 5.6 and 12.4), from left to right. Not thread-safe. */
final class HeaderScanner {
    private static final String DELIMITERS = "\"(),/:;<=>?@[\\]{}";

    private final String header;
    private final String text;
    private int position;

    /** A request header that does not follow its grammar. */
    static final class MalformedHeaderException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String reason;

        private MalformedHeaderException(String reason) {
            super(reason);
            this.reason = reason;
        }

        /** Returns the message: header, position, and what is expected there. It repeats nothing that the client sent. */
        String reason() {
            return reason;
        }
    }

    /**
     * Creates a scanner at the first character.
     *
     * @param header the name of the header, for messages
     * @param text its value
     */
    HeaderScanner(String header, String text) {
        this.header = header;
        this.text = text;
    }

    /** Returns the index of the next character. */
    int position() {
        return position;
    }

    boolean atEnd() {
        return position == text.length();
    }

    /** Returns whether the next character is {@code c}, without consuming it. */
    boolean isNext(char c) {
        return !atEnd() && text.charAt(position) == c;
    }

    /** Consumes the character {@code c}. */
    void expect(char c, String expected) throws MalformedHeaderException {
        if (!isNext(c)) {
            throw malformed(position, expected);
        }
        position++;
    }

    void skipSpace() {
        while (isNext(' ') || isNext('\t')) {
            position++;
        }
    }

    /** Reads one element of a list, from its first character. */
    interface ElementParser {
        void parse() throws MalformedHeaderException;
    }

    /** Reads a list to the end of the text: elements separated by commas. Empty elements are skipped (RFC 9110, section 5.6.1). */
    void list(ElementParser element) throws MalformedHeaderException {
        while (true) {
            skipSpace();
            if (!atEnd() && !isNext(',')) {
                element.parse();
            }
            if (atEnd()) {
                return;
            }
            expect(',', "a comma or the end");
        }
    }

    String token(String expected) throws MalformedHeaderException {
        int start = position;
        while (!atEnd() && isTokenCharacter(text.charAt(position))) {
            position++;
        }
        if (position == start) {
            throw malformed(position, expected);
        }
        return text.substring(start, position);
    }

    /** Reads a token, or a quoted string, which is returned without quotation marks. */
    String parameterValue() throws MalformedHeaderException {
        if (!isNext('"')) {
            return token("a parameter's value");
        }
        position++;
        StringBuilder value = new StringBuilder();
        while (!atEnd() && !isNext('"')) {
            if (isNext('\\') && position + 1 < text.length()) {
                position++;
            }
            value.append(text.charAt(position++));
        }
        expect('"', "a closing quotation mark");
        return value.toString();
    }

    /**
     * Converts a weight, 0 to 1 with at most three decimals, to thousandths.
     *
     * @param start the index of its first character, for messages
     */
    int permille(String weight, int start) throws MalformedHeaderException {
        if (!weight.matches("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?|\\.[0-9]{1,3}")) {
            throw malformed(start, "a weight from 0 to 1 with at most three decimals");
        }
        return new BigDecimal(weight).movePointRight(3).intValueExact();
    }

    MalformedHeaderException malformed(int index, String expected) {
        return new MalformedHeaderException(
                "The header " + header + " must have " + expected + " at character " + (index + 1) + ".");
    }

    private static boolean isTokenCharacter(char c) {
        return c > ' ' && c < 127 && DELIMITERS.indexOf(c) < 0;
    }
}
