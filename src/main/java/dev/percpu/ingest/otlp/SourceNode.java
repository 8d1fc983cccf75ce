package dev.percpu.ingest.otlp;

import java.util.Map;

/** A resource and scope, which its metrics share. The number of metrics needs the lock of the {@link StreamTable}. */
final class SourceNode {
    private final Identity identity;
    private final long number;
    private final Map<String, String> labels;
    private int metrics;

    /**
     * @param number unique number, above 0
     * @param labels labels that the resource and scope give to all series
     */
    SourceNode(Identity identity, long number, Map<String, String> labels) {
        this.identity = identity;
        this.number = number;
        this.labels = labels;
    }

    Identity identity() {
        return identity;
    }

    long number() {
        return number;
    }

    Map<String, String> labels() {
        return labels;
    }

    void addMetric() {
        metrics++;
    }

    /** Returns whether it was the last. */
    boolean removeMetric() {
        return --metrics == 0;
    }
}
