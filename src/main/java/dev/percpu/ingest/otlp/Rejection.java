package dev.percpu.ingest.otlp;

/** The reasons for which a point is not added. */
public enum Rejection {
    /** A delta point with the stream, start and end of the last one, or a cumulative point with its time: a retry. */
    DUPLICATE("duplicate", false),

    /** A cumulative point or a gauge that is older than the last one of its stream. */
    STALE("stale", false),

    /** A point without a value, as a flag says. */
    NO_VALUE("no_value", false),

    /** A cumulative point of a process that began before the one that sends the stream now. */
    OVERLAP("overlap", true),

    /** A summary. */
    SUMMARY("summary", true),

    /** A temporality that is neither delta nor cumulative. */
    TEMPORALITY("temporality", true),

    /** A name from which no name of Prometheus can be made. */
    NAME("name", true),

    /** An attribute that cannot become a label. */
    LABEL("label", true),

    /** A metric of another type than the family of its name has. */
    TYPE("type", true),

    /** Bounds of buckets that are not allowed, or not those of the family. */
    BOUNDS("bounds", true),

    /** A value or a sum that is not finite, or that is negative where it must not be. */
    VALUE("value", true),

    /** Counts of buckets that are negative, or whose sum is not the count of the point. */
    COUNT("count", true),

    /** A new stream beyond the largest number of streams. */
    STREAMS("streams", true),

    /** A new series beyond the limits on series and on overflow series. */
    SERIES("series", true);

    private final String label;
    private final boolean reported;

    Rejection(String label, boolean reported) {
        this.label = label;
        this.reported = reported;
    }

    /** Returns the value of the label {@code reason}. */
    public String label() {
        return label;
    }

    /** Returns whether the answer reports the point. It does not if nothing is missing, because a point was added before or has no value. */
    boolean isReported() {
        return reported;
    }
}
