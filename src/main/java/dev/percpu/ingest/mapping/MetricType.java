package dev.percpu.ingest.mapping;

/** What a received metric measures, as far as a mapping distinguishes it. */
public enum MetricType {
    COUNTER,
    GAUGE,

    /** A distribution of times or amounts: StatsD's types {@code ms}, {@code h} and {@code d}. */
    OBSERVER
}
