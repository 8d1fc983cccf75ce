package dev.percpu.settings;

/** The form in which the percentile histogram of a timer or summary is published. */
public enum HistogramMode {
    /** Micrometer's classic buckets, each a series of its own. Every format and every version of Prometheus reads them. */
    CLASSIC,

    /**
     * A Prometheus native histogram without classic buckets. Only the protobuf format carries its buckets; the text formats have its count
     * and sum. Service level objectives remain classic buckets.
     */
    NATIVE,

    /** Classic buckets and a native histogram, computed from the same cells. */
    BOTH
}
