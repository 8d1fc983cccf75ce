package dev.percpu.histogram;

import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.Arrays;

/**
 * The finest resolution at which a native histogram is exposed. Counts that were received at a coarser one than that of the cells are in cells
 * that are too narrow for them, until they are merged. Immutable and thread-safe.
 *
 * @param schema finest schema
 * @param zeroThreshold smallest zero threshold, in the base unit; at least 0
 */
public record NativeHistogramResolution(int schema, double zeroThreshold) {
    /** No limit. */
    public static final NativeHistogramResolution FINEST =
            new NativeHistogramResolution(NativeHistogramSchema.MAX_SCHEMA, 0);

    /** Returns this resolution, or a coarser one that is also limited by these values. */
    public NativeHistogramResolution limitedTo(int otherSchema, double otherThreshold) {
        return otherSchema >= schema && otherThreshold <= zeroThreshold
                ? this
                : new NativeHistogramResolution(
                        Math.max(NativeHistogramSchema.MIN_SCHEMA, Math.min(schema, otherSchema)),
                        Math.max(zeroThreshold, otherThreshold));
    }

    /** Returns the same counts in wider buckets, and in a wider zero bucket. */
    NativeHistogramCounts applyTo(NativeHistogramCounts counts) {
        NativeHistogramCounts merged = schema < counts.schema() ? atSchema(counts) : counts;
        return zeroThreshold > merged.zeroThreshold() ? withThreshold(merged) : merged;
    }

    private NativeHistogramCounts atSchema(NativeHistogramCounts counts) {
        int shift = counts.schema() - schema;
        NativeHistogramBuckets buckets = counts.buckets();
        int[] indexes = new int[buckets.size()];
        long[] merged = new long[buckets.size()];
        int size = 0;
        for (int i = 0; i < buckets.size(); i++) {
            int index = ((buckets.getBucketIndex(i) - 1) >> shift) + 1;
            if (size == 0 || indexes[size - 1] != index) {
                indexes[size++] = index;
            }
            merged[size - 1] += buckets.getCount(i);
        }
        return new NativeHistogramCounts(
                schema,
                counts.zeroThreshold(),
                counts.zeroCount(),
                NativeHistogramBuckets.of(Arrays.copyOf(indexes, size), Arrays.copyOf(merged, size)));
    }

    /** A bucket that begins below the threshold moves into the zero bucket, whose threshold becomes the upper bound of that bucket. */
    private NativeHistogramCounts withThreshold(NativeHistogramCounts counts) {
        NativeHistogramBuckets buckets = counts.buckets();
        long zeros = counts.zeroCount();
        double threshold = zeroThreshold;
        int below = 0;
        while (below < buckets.size()
                && NativeHistogramSchema.upper(counts.schema(), buckets.getBucketIndex(below) - 1) < zeroThreshold) {
            threshold =
                    Math.max(threshold, NativeHistogramSchema.upper(counts.schema(), buckets.getBucketIndex(below)));
            zeros += buckets.getCount(below++);
        }
        int[] indexes = new int[buckets.size() - below];
        long[] rest = new long[indexes.length];
        for (int i = 0; i < rest.length; i++) {
            indexes[i] = buckets.getBucketIndex(below + i);
            rest[i] = buckets.getCount(below + i);
        }
        return new NativeHistogramCounts(counts.schema(), threshold, zeros, NativeHistogramBuckets.of(indexes, rest));
    }
}
