package dev.percpu.histogram;

import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;

/**
 * What a native histogram has counted, at one time. Immutable.
 *
 * @param zeroThreshold in the base unit
 * @param zeroCount amounts up to the zero threshold
 * @param buckets those that have counted anything
 */
public record NativeHistogramCounts(int schema, double zeroThreshold, long zeroCount, NativeHistogramBuckets buckets) {}
