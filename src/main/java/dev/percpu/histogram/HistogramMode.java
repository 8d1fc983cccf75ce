package dev.percpu.histogram;

/** What becomes of the percentile histogram of a timer or summary. Names in lower case are values of the configuration. */
public enum HistogramMode {
    /** Micrometer's buckets, each a series of its own: readable in every format and by every Prometheus. */
    CLASSIC,

    /**
     * A native histogram in their place, which only the protobuf format carries; the text formats show its count and sum. Service level
     * objectives of the meter stay classic buckets.
     */
    NATIVE,

    /** Both, out of the same cells. */
    BOTH
}
