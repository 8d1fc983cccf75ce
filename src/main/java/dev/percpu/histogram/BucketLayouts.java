package dev.percpu.histogram;

import dev.percpu.settings.HistogramMode;
import io.micrometer.core.instrument.config.InvalidConfigurationException;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the layouts of one registry's meters, and hands the same one to meters of equal configuration. Thread-safe.
 *
 * <p>A percentile histogram becomes what the settings say. Service level objectives are classic buckets whatever they say: somebody wants
 * to know exactly how many amounts were up to each, which the buckets of a native histogram do not tell.
 */
public final class BucketLayouts {
    private static final int MAX_REMEMBERED = 100;

    private final Map<Key, BucketLayout> byKey = new ConcurrentHashMap<>();
    private final Map<BucketLayout, WeakReference<BucketLayout>> known = new WeakHashMap<>();
    private final Function<String, NativeHistogramSettings> settings;

    /** By name of the meter. */
    private final Map<String, NativeHistogramSettings> settingsByName = new ConcurrentHashMap<>();

    /**
     * @param settings how the percentile histogram of the meters of a name is kept; asked once a name
     */
    public BucketLayouts(Function<String, NativeHistogramSettings> settings) {
        this.settings = settings;
    }

    /** All that a layout depends on. */
    private record Key(
            boolean nanos,
            NativeHistogramSettings histogram,
            boolean percentileHistogram,
            boolean percentiles,
            @Nullable Integer precision,
            @Nullable Double least,
            @Nullable Double most,
            List<Double> objectives) {
        static Key of(boolean nanos, NativeHistogramSettings histogram, DistributionStatisticConfig config) {
            double[] objectives = config.getServiceLevelObjectiveBoundaries();
            return new Key(
                    nanos,
                    histogram,
                    Boolean.TRUE.equals(config.isPercentileHistogram()),
                    config.isPublishingPercentiles(),
                    config.getPercentilePrecision(),
                    config.getMinimumExpectedValueAsDouble(),
                    config.getMaximumExpectedValueAsDouble(),
                    objectives == null
                            ? List.of()
                            : Arrays.stream(objectives).boxed().toList());
        }
    }

    /** For a timer. */
    public BucketLayout ofNanos(String meterName, DistributionStatisticConfig config) {
        NativeHistogramSettings histogram = histogram(meterName, config);
        return remembered(Key.of(true, histogram, config), () -> ofNanos(histogram, config));
    }

    private BucketLayout ofNanos(NativeHistogramSettings histogram, DistributionStatisticConfig config) {
        NativeHistogramLayout exponential = histogram.mode() == HistogramMode.CLASSIC
                ? null
                : NativeHistogramLayout.ofNanos(histogram, least(config), most(config));
        FineBuckets fine = publishesPercentiles(config) ? FineBuckets.ofNanos(config, room(exponential)) : null;
        return shared(BucketLayout.ofNanos(published(histogram.mode(), config), fine, exponential));
    }

    /** For a summary. */
    public BucketLayout ofAmounts(String meterName, DistributionStatisticConfig config) {
        NativeHistogramSettings histogram = histogram(meterName, config);
        return remembered(Key.of(false, histogram, config), () -> ofAmounts(histogram, config));
    }

    /** Working a layout out takes longer than all else of a registration. */
    private BucketLayout remembered(Key key, Supplier<BucketLayout> maker) {
        BucketLayout layout = byKey.get(key);
        if (layout == null) {
            layout = maker.get();
            if (byKey.size() >= MAX_REMEMBERED) {
                byKey.clear(); // somebody gives every meter objectives of its own
            }
            byKey.put(key, layout);
        }
        return layout;
    }

    private BucketLayout ofAmounts(NativeHistogramSettings histogram, DistributionStatisticConfig config) {
        NativeHistogramLayout exponential = histogram.mode() == HistogramMode.CLASSIC
                ? null
                : NativeHistogramLayout.ofAmounts(histogram, least(config), most(config));
        FineBuckets fine = publishesPercentiles(config) ? FineBuckets.ofAmounts(config, room(exponential)) : null;
        return shared(BucketLayout.ofAmounts(published(histogram.mode(), config), fine, exponential));
    }

    private NativeHistogramSettings histogram(String meterName, DistributionStatisticConfig config) {
        if (!Boolean.TRUE.equals(config.isPercentileHistogram())) {
            return NativeHistogramSettings.DEFAULT;
        }
        return settingsByName.computeIfAbsent(meterName, settings);
    }

    private static double least(DistributionStatisticConfig config) {
        return number(config.getMinimumExpectedValueAsDouble(), "minimumExpectedValue");
    }

    private static double most(DistributionStatisticConfig config) {
        return number(config.getMaximumExpectedValueAsDouble(), "maximumExpectedValue");
    }

    private static double number(@Nullable Double expected, String name) {
        double value = required(expected, name, "to publish a native histogram");
        if (Double.isNaN(value)) {
            throw new InvalidConfigurationException(name + " is NaN, it must be a number above 0");
        }
        return value;
    }

    /** For fine buckets, of the cells that a group may have, beside the native histogram's and others. */
    private static int room(@Nullable NativeHistogramLayout exponential) {
        return FineBuckets.LIMIT
                - (exponential == null ? 0 : exponential.cells().buckets());
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

    private static double[] published(HistogramMode mode, DistributionStatisticConfig config) {
        if (!config.isPublishingHistogram()) {
            return new double[0];
        }
        required(config.getMinimumExpectedValueAsDouble(), "minimumExpectedValue", "to publish a histogram");
        required(config.getMaximumExpectedValueAsDouble(), "maximumExpectedValue", "to publish a histogram");
        double[] bounds = config.getHistogramBuckets(mode != HistogramMode.NATIVE).stream()
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

    private static <T> T required(@Nullable T setting, String name, String why) {
        if (setting == null) {
            throw new InvalidConfigurationException(name + " must be set " + why);
        }
        return setting;
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
