package dev.percpu.ingest;

import java.util.Locale;

/** What is received and ignored on purpose. The label value {@link #label()} is a stable interface. */
public enum IgnoredKind {
    /** A set, type {@code s}. */
    SET("sets are not supported"),
    /** An event of DogStatsD: a line that starts with {@code _e} and a brace. */
    EVENT("events are not supported"),
    /** A service check of DogStatsD: a line that starts with {@code _sc|}. */
    SERVICE_CHECK("service checks are not supported"),
    /** A sample that a rule of the mapping drops. */
    DROPPED_BY_MAPPING("a rule of the mapping drops the metric");

    private final String label = name().toLowerCase(Locale.ROOT);
    private final String description;

    IgnoredKind(String description) {
        this.description = description;
    }

    /** Returns the value of the label {@code kind}. */
    public String label() {
        return label;
    }

    /** Returns why, in words. */
    public String description() {
        return description;
    }
}
