package dev.percpu.histogram;

import dev.percpu.settings.HistogramMode;
import io.micrometer.core.instrument.config.InvalidConfigurationException;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A factory of the {@link BucketLayout}s of one registry. Meters of equal configuration get the same layout. Thread-safe.
 *
 * <p>{@link NativeHistogramSettings} decide whether a percentile histogram becomes classic buckets, a native histogram or both.
 * Service level objectives are classic buckets in every mode: the exact count up to an objective cannot be computed from the buckets
 * of a native histogram.
 */
public final class BucketLayouts {
    /**
     * Largest number of cached configurations. Without it, an application with separate objectives for each meter would fill the memory.
     */
    private static final int MAX_CACHED = 100;

    /** Percentiles are computed with this library, which Micrometer has as an optional dependency. */
    private static final boolean HAS_HDR_HISTOGRAM = hasHdrHistogram();

    private static boolean hasHdrHistogram() {
        try {
            Class.forName("org.HdrHistogram.DoubleHistogram", false, BucketLayouts.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private final Map<Key, BucketLayout> byConfiguration = new ConcurrentHashMap<>();
    private final Map<BucketLayout, WeakReference<BucketLayout>> shared = new WeakHashMap<>();
    private final Function<String, NativeHistogramSettings> settings;
    private final Map<String, NativeHistogramSettings> settingsByMeterName = new ConcurrentHashMap<>();

    /**
     * @param settings returns the settings for the percentile histograms of the meters with a name; called once per name
     */
    public BucketLayouts(Function<String, NativeHistogramSettings> settings) {
        this.settings = settings;
    }

    /** Everything that a layout depends on. */
    private record Key(
            boolean nanos,
            NativeHistogramSettings histogram,
            boolean percentileHistogram,
            boolean percentiles,
            @Nullable Integer precision,
            @Nullable Double minExpected,
            @Nullable Double maxExpected,
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

    /**
     * Returns the layout of a timer, whose amounts are whole nanoseconds.
     *
     * @throws InvalidConfigurationException if a value is missing or NaN
     */
    public BucketLayout ofNanos(String meterName, DistributionStatisticConfig config) {
        return ofNanos(settings(meterName, config), config);
    }

    /**
     * Returns the layout of a timer with its own settings for its percentile histogram.
     *
     * @throws InvalidConfigurationException if a value is missing or NaN
     */
    public BucketLayout ofNanos(NativeHistogramSettings histogram, DistributionStatisticConfig config) {
        return cached(Key.of(true, histogram, config), () -> {
            NativeHistogramLayout nativeLayout = histogram.mode() == HistogramMode.CLASSIC
                    ? null
                    : NativeHistogramLayout.ofNanos(histogram, minExpected(config), maxExpected(config));
            FineBuckets fine =
                    publishesPercentiles(config) ? FineBuckets.ofNanos(config, maxFineBuckets(nativeLayout)) : null;
            return BucketLayout.ofNanos(published(histogram.mode(), config), fine, nativeLayout);
        });
    }

    /**
     * Returns the layout of a summary, whose amounts are in the base unit.
     *
     * @throws InvalidConfigurationException if a value is missing or NaN
     */
    public BucketLayout ofAmounts(String meterName, DistributionStatisticConfig config) {
        return ofAmounts(settings(meterName, config), config);
    }

    /**
     * Returns the layout of a summary with its own settings for its percentile histogram.
     *
     * @throws InvalidConfigurationException if a value is missing or NaN
     */
    public BucketLayout ofAmounts(NativeHistogramSettings histogram, DistributionStatisticConfig config) {
        return cached(Key.of(false, histogram, config), () -> {
            NativeHistogramLayout nativeLayout = histogram.mode() == HistogramMode.CLASSIC
                    ? null
                    : NativeHistogramLayout.ofAmounts(histogram, minExpected(config), maxExpected(config));
            FineBuckets fine =
                    publishesPercentiles(config) ? FineBuckets.ofAmounts(config, maxFineBuckets(nativeLayout)) : null;
            return BucketLayout.ofAmounts(published(histogram.mode(), config), fine, nativeLayout);
        });
    }

    /**
     * Returns the layout of a summary with given buckets only.
     *
     * @param bounds inclusive upper bounds, ascending, finite and at least 0; none for count and sum only
     */
    public BucketLayout ofBounds(double... bounds) {
        return shared(BucketLayout.ofAmounts(bounds.clone(), null, null));
    }

    /** Returns the cached layout of a configuration, or computes it. Computing takes longer than the rest of a registration. */
    private BucketLayout cached(Key key, Supplier<BucketLayout> maker) {
        BucketLayout layout = byConfiguration.get(key);
        if (layout == null) {
            layout = shared(maker.get());
            if (byConfiguration.size() >= MAX_CACHED) {
                byConfiguration.clear();
            }
            byConfiguration.put(key, layout);
        }
        return layout;
    }

    /** Returns an equal layout that a meter already uses, so that meters share layouts after the cache was cleared, too. */
    private BucketLayout shared(BucketLayout layout) {
        synchronized (shared) {
            WeakReference<BucketLayout> reference = shared.get(layout);
            BucketLayout existing = reference == null ? null : reference.get();
            if (existing != null) {
                return existing;
            }
            shared.put(layout, new WeakReference<>(layout));
            return layout;
        }
    }

    private NativeHistogramSettings settings(String meterName, DistributionStatisticConfig config) {
        if (!Boolean.TRUE.equals(config.isPercentileHistogram())) {
            return NativeHistogramSettings.DEFAULT;
        }
        return settingsByMeterName.computeIfAbsent(meterName, settings);
    }

    private static double minExpected(DistributionStatisticConfig config) {
        return number(config.getMinimumExpectedValueAsDouble(), "minimumExpectedValue");
    }

    private static double maxExpected(DistributionStatisticConfig config) {
        return number(config.getMaximumExpectedValueAsDouble(), "maximumExpectedValue");
    }

    private static double number(@Nullable Double expected, String name) {
        double value = required(expected, name, "a native histogram");
        if (Double.isNaN(value)) {
            throw new InvalidConfigurationException(name + " must be a number above 0, but was NaN");
        }
        return value;
    }

    /** Returns how many of the {@link FineBuckets#LIMIT} cells the native histogram leaves to the percentiles. */
    private static int maxFineBuckets(@Nullable NativeHistogramLayout nativeLayout) {
        return FineBuckets.LIMIT
                - (nativeLayout == null ? 0 : nativeLayout.cells().buckets());
    }

    private static boolean publishesPercentiles(DistributionStatisticConfig config) {
        if (!config.isPublishingPercentiles()) {
            return false;
        }
        if (!HAS_HDR_HISTOGRAM) {
            throw new InvalidConfigurationException("org.hdrhistogram:HdrHistogram must be on the class path to publish"
                    + " percentiles, but was missing. Without it, publish a histogram instead");
        }
        required(config.getPercentilePrecision(), "percentilePrecision", "percentiles");
        required(config.getMinimumExpectedValueAsDouble(), "minimumExpectedValue", "percentiles");
        required(config.getMaximumExpectedValueAsDouble(), "maximumExpectedValue", "percentiles");
        return true;
    }

    private static double[] published(HistogramMode mode, DistributionStatisticConfig config) {
        if (!config.isPublishingHistogram()) {
            return new double[0];
        }
        required(config.getMinimumExpectedValueAsDouble(), "minimumExpectedValue", "a histogram");
        required(config.getMaximumExpectedValueAsDouble(), "maximumExpectedValue", "a histogram");
        Set<Double> buckets = config.getHistogramBuckets(mode != HistogramMode.NATIVE);
        double[] bounds = new double[buckets.size()];
        int size = 0;
        for (double bound : buckets) {
            bounds[size++] = bound;
        }
        for (double bound : bounds) {
            if (Double.isNaN(bound)) {
                throw new InvalidConfigurationException(
                        "serviceLevelObjectives, minimumExpectedValue and maximumExpectedValue must be numbers above 0,"
                                + " but the bounds were " + Arrays.toString(bounds));
            }
        }
        return bounds;
    }

    private static <T> T required(@Nullable T value, String name, String published) {
        if (value == null) {
            throw new InvalidConfigurationException(name + " must be set to publish " + published + ", but was null");
        }
        return value;
    }
}
