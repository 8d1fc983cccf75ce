package dev.percpu.ingest.otlp;

/** The reasons for which a point is not added. */
public enum Rejection {
    /** A delta point with the stream, start and end of the last one, or a cumulative point with its time: a retry. */
    DUPLICATE("duplicate", true),

    /** A cumulative point or a gauge that is older than the last one of its stream. */
    STALE("stale", true),

    /** A point without a value, as a flag says. */
    NO_VALUE("no_value", true),

    /** A cumulative point of a process that began before the one that sends the stream now. */
    OVERLAP("overlap", false),

    /** A summary. */
    SUMMARY("summary", false),

    /** A temporality that is neither delta nor cumulative. */
    TEMPORALITY("temporality", false),

    /** A name from which no name of Prometheus can be made. */
    NAME("name", false),

    /** A name that this service has itself. */
    RESERVED("reserved", false),

    /** An attribute that cannot become a label. */
    LABEL("label", false),

    /** A metric of another type than the family of its name has. */
    TYPE("type", false),

    /** Bounds of buckets that are not allowed, or not those of the family. */
    BOUNDS("bounds", false),

    /** A value or a sum that is not finite, or that is negative where it must not be. */
    VALUE("value", false),

    /** Counts of buckets that are negative, or whose sum is not the count of the point. */
    COUNT("count", false),

    /** A new stream beyond the largest number of streams. */
    STREAMS("streams", false),

    /** A new series beyond the limits on series and on overflow series. */
    SERIES("series", false);

    private final String label;
    private final boolean ignored;

    Rejection(String label, boolean ignored) {
        this.label = label;
        this.ignored = ignored;
    }

    /** Returns the value of the label {@code reason}, or {@code kind} if such points are ignored. */
    public String label() {
        return label;
    }

    /** Returns whether nothing is missing without the point, because it was added before or has no value: the answer does not report it. */
    public boolean isIgnored() {
        return ignored;
    }
}
