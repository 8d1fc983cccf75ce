package dev.percpu.ingest;

import java.util.Locale;

/** Why a received sample or line is not recorded. The label value {@link #label()} is a stable interface. */
public enum RejectReason {
    /** The line is not of the form {@code name:value|type}. */
    MALFORMED("the line must have the form name:value|type"),
    /** The value is not a decimal number. */
    VALUE("the value must be a decimal number"),
    /** The value is NaN or infinite. */
    NOT_FINITE("the value must be finite"),
    /** The value is too large for its type. */
    OUT_OF_RANGE("the value is too large"),
    /** The value of a counter or of a distribution is below 0. */
    NEGATIVE("the value of a counter or of a distribution must be at least 0"),
    /** The type is unknown, or a line with tags has several types. */
    TYPE("the type must be c, g, ms, h or d, and one if there are tags"),
    /** The sample rate is not a number from 0.000001 to 1. The rate 0 counts as 1. */
    SAMPLE_RATE("the sample rate must be a number from 0.000001 to 1"),
    /** A field after the type is empty, unknown or repeated. */
    FIELD("a field after the type is empty, unknown or repeated"),
    /** Name or tags are not valid UTF-8. */
    ENCODING("name and tags must be valid UTF-8"),
    /** The name, or the name or value of a tag, is longer than 1 KiB. */
    TOO_LONG("name, and names and values of tags, must have at most 1,024 bytes"),
    /** The line has more than 64 tags. */
    TOO_MANY_TAGS("a line must have at most 64 tags"),
    /** A label has a reserved name. */
    LABEL("the name of a label is reserved"),
    /** The mapping gives the metric an empty name. */
    EMPTY_NAME("the mapping gives the metric an empty name"),
    /** Another family has this name, or one of its samples. */
    CONFLICT("another family has this name"),
    /** A limit on series is reached, and there is no overflow series. */
    SERIES_LIMIT("the limit of series is reached, and there is no overflow series"),
    /** The packet was longer than the receive slot; its last line was cut. */
    TRUNCATED("the packet was too long: its last line was cut"),
    /** An unexpected failure, which the log has. */
    ERROR("an unexpected failure");

    private final String label = name().toLowerCase(Locale.ROOT);
    private final String description;

    RejectReason(String description) {
        this.description = description;
    }

    /** Returns the value of the label {@code reason}. */
    public String label() {
        return label;
    }

    /**
     * Returns the reason in words.
     *
     * @param detail explanation to add, empty for none
     */
    public String description(String detail) {
        return detail.isEmpty() ? description : description + " (" + detail + ")";
    }
}
