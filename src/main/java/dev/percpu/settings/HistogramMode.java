package dev.percpu.settings;

/** Form in which the percentile histogram of a timer or summary is exposed. */
public enum HistogramMode {
    /** Micrometer's buckets, each a series of its own. Every format carries them, and every Prometheus reads them. */
    CLASSIC,

    /**
     * A native histogram instead of the buckets. Only the protobuf format carries it; the text formats show its count and sum. Service
     * level objectives of the meter stay classic buckets.
     */
    NATIVE,

    /** Both, from the same cells. */
    BOTH
}
