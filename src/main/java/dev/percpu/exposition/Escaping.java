package dev.percpu.exposition;

/**
 * A way to write names with characters outside {@code [a-zA-Z0-9_:]}, which only Prometheus 3 accepts. The schemes are those of the
 * Prometheus client's {@code EscapingScheme}, which clients before 1.4 lack.
 */
public enum Escaping {
    /** Such characters become underscores. The scheme of clients that request none. */
    UNDERSCORES("underscores"),
    /** Names are unchanged, in quotation marks if necessary. */
    ALLOW_UTF_8("allow-utf-8"),
    /** A dot becomes {@code _dot_}, an underscore two of them. */
    DOTS("dots"),
    /** Names start with {@code U__}, and such characters become their code points. */
    VALUES("values");

    private final String value;

    Escaping(String value) {
        this.value = value;
    }

    /** Returns the value of the media type parameter {@code escaping}. */
    public String value() {
        return value;
    }
}
