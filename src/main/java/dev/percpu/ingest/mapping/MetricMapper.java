package dev.percpu.ingest.mapping;

/** Computes the family and labels of received metrics. Thread-safe. */
public interface MetricMapper {
    /**
     * Returns what a metric becomes.
     *
     * @param name name as received, without tags
     */
    MappedMetric map(String name, MetricType type);
}
