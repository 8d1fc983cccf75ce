package dev.percpu.ingest.otlp;

import dev.percpu.meter.PerCpuDistributionSummary;
import dev.percpu.meter.SettableGauge;
import io.micrometer.core.instrument.Counter;

/** The meter that the points of a stream are added to. Streams that differ only in dropped attributes share one. Thread-safe. */
sealed interface SeriesCells {
    /** A sum that only grows. */
    record OfCounter(Counter counter) implements SeriesCells {}

    /** A current value. */
    record OfGauge(SettableGauge gauge) implements SeriesCells {}

    /**
     * A distribution.
     *
     * @param buckets cells of an exponential histogram; those of an explicit histogram are its buckets
     */
    record OfHistogram(PerCpuDistributionSummary summary, NativeCells buckets) implements SeriesCells {}
}
