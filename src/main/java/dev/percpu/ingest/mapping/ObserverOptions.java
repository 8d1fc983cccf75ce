package dev.percpu.ingest.mapping;

import java.time.Duration;
import java.util.List;

/** The form in which a distribution is exposed. Immutable and thread-safe. */
public sealed interface ObserverOptions {
    /**
     * A summary with quantiles over a sliding time window.
     *
     * @param quantiles 0 to 1 each; empty for count and sum only
     * @param maxAge length of the time window
     * @param ageBuckets number of steps in which the window moves, at least 1
     */
    record Summary(List<Double> quantiles, Duration maxAge, int ageBuckets) implements ObserverOptions {
        public Summary {
            quantiles = List.copyOf(quantiles);
        }
    }

    /**
     * A histogram with classic buckets, a native histogram, or both.
     *
     * @param buckets ascending upper bounds of the classic buckets, in the unit of the family; empty for none
     * @param nativeBucketFactor largest ratio of two successive bounds of the native histogram, above 1; 0 for no native histogram
     * @param nativeMaxBuckets largest number of native buckets; 0 for the default
     */
    record Histogram(List<Double> buckets, double nativeBucketFactor, int nativeMaxBuckets) implements ObserverOptions {
        public Histogram {
            buckets = List.copyOf(buckets);
        }
    }
}
