package dev.percpu.histogram;

import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;

/**
 * The counts of a native histogram at one point in time. Immutable and thread-safe.
 *
 * @param schema resolution of the buckets, see {@link NativeHistogramSchema}
 * @param zeroThreshold inclusive upper bound of the zero bucket, in the base unit
 * @param zeroCount number of amounts up to the zero threshold
 * @param buckets the buckets with a count above 0
 */
public record NativeHistogramCounts(int schema, double zeroThreshold, long zeroCount, NativeHistogramBuckets buckets) {}
