package dev.percpu.meter;

import io.micrometer.core.instrument.config.InvalidConfigurationException;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** Makes the layouts of one registry's meters, and hands the same one to meters of equal configuration. Thread-safe. */
final class BucketLayouts {
    private final Map<BucketLayout, WeakReference<BucketLayout>> known = new WeakHashMap<>();

    /** For a timer. */
    BucketLayout ofNanos(DistributionStatisticConfig config) {
        FineBuckets fine = publishesPercentiles(config) ? FineBuckets.ofNanos(config) : null;
        return shared(BucketLayout.ofNanos(published(config), fine));
    }

    /** For a summary. */
    BucketLayout ofAmounts(DistributionStatisticConfig config) {
        FineBuckets fine = publishesPercentiles(config) ? FineBuckets.ofAmounts(config) : null;
        return shared(BucketLayout.ofAmounts(published(config), fine));
    }

    private static boolean publishesPercentiles(DistributionStatisticConfig config) {
        if (!config.isPublishingPercentiles()) {
            return false;
        }
        required(config.getPercentilePrecision(), "percentilePrecision", "to publish percentiles");
        required(config.getMinimumExpectedValueAsDouble(), "minimumExpectedValue", "to publish percentiles");
        required(config.getMaximumExpectedValueAsDouble(), "maximumExpectedValue", "to publish percentiles");
        return true;
    }

    private static double[] published(DistributionStatisticConfig config) {
        if (!config.isPublishingHistogram()) {
            return new double[0];
        }
        required(config.getMinimumExpectedValueAsDouble(), "minimumExpectedValue", "to publish a histogram");
        required(config.getMaximumExpectedValueAsDouble(), "maximumExpectedValue", "to publish a histogram");
        double[] bounds = config.getHistogramBuckets(true).stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
        for (double bound : bounds) {
            if (Double.isNaN(bound)) {
                throw new InvalidConfigurationException(
                        "a service level objective or expected value is NaN, it must be a number above 0");
            }
        }
        return bounds;
    }

    private static void required(@Nullable Object setting, String name, String why) {
        if (setting == null) {
            throw new InvalidConfigurationException(name + " must be set " + why);
        }
    }

    private BucketLayout shared(BucketLayout layout) {
        synchronized (known) {
            WeakReference<BucketLayout> reference = known.get(layout);
            BucketLayout existing = reference == null ? null : reference.get();
            if (existing != null) {
                return existing;
            }
            known.put(layout, new WeakReference<>(layout));
            return layout;
        }
    }
}
