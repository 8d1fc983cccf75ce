package dev.percpu.histogram;

import dev.percpu.settings.HistogramMode;
import dev.percpu.settings.Settings;
import java.util.Objects;

/**
 * The settings for the percentile histogram of a meter. Immutable and thread-safe.
 *
 * @param mode whether it is published as classic buckets, as a native histogram, or as both
 * @param schema finest resolution, from -4 to 8: each bound is {@code 2^(2^-schema)} times the one before. A meter gets a coarser
 *     schema if its expected amounts would need more than {@code maxBuckets} buckets.
 * @param maxBuckets largest number of buckets of full resolution, from 10 to 2,000. Each takes 16 bytes on every CPU that records.
 * @param zeroThreshold amounts up to it are counted as 0, in the base unit (seconds for a timer). {@link #AUTO} stands for the lower end of
 *     the buckets.
 */
public record NativeHistogramSettings(HistogramMode mode, int schema, int maxBuckets, double zeroThreshold) {
    /** The zero threshold that is computed from the expected amounts and the number of buckets. */
    public static final double AUTO = 0;

    /** Classic buckets. Schema and number of buckets are the defaults of the Prometheus Java client. */
    public static final NativeHistogramSettings DEFAULT = new NativeHistogramSettings(
            Settings.HISTOGRAM_MODE.defaultValue(),
            Settings.HISTOGRAM_SCHEMA.defaultValue(),
            Settings.HISTOGRAM_MAX_BUCKETS.defaultValue(),
            Settings.HISTOGRAM_ZERO_THRESHOLD.defaultValue().orElse(AUTO));

    static final int MIN_BUCKETS = 10;
    static final int MAX_BUCKETS = 2_000;

    /** @throws IllegalArgumentException if a value is out of range */
    public NativeHistogramSettings {
        Objects.requireNonNull(mode, "mode");
        if (schema < NativeHistogramSchema.MIN_SCHEMA || schema > NativeHistogramSchema.MAX_SCHEMA) {
            throw new IllegalArgumentException("schema must be from " + NativeHistogramSchema.MIN_SCHEMA + " to "
                    + NativeHistogramSchema.MAX_SCHEMA + ", but was " + schema);
        }
        if (maxBuckets < MIN_BUCKETS || maxBuckets > MAX_BUCKETS) {
            throw new IllegalArgumentException(
                    "maxBuckets must be from " + MIN_BUCKETS + " to " + MAX_BUCKETS + ", but was " + maxBuckets);
        }
        if (!(zeroThreshold >= 0) || Double.isInfinite(zeroThreshold)) {
            throw new IllegalArgumentException(
                    "zeroThreshold must be a finite number of at least 0, but was " + zeroThreshold);
        }
    }

    /** Returns a copy with another mode. */
    public NativeHistogramSettings withMode(HistogramMode newMode) {
        return new NativeHistogramSettings(newMode, schema, maxBuckets, zeroThreshold);
    }

    /** Returns a copy with another finest schema. */
    public NativeHistogramSettings withSchema(int newSchema) {
        return new NativeHistogramSettings(mode, newSchema, maxBuckets, zeroThreshold);
    }

    /** Returns a copy with another largest number of buckets. */
    public NativeHistogramSettings withMaxBuckets(int newMaxBuckets) {
        return new NativeHistogramSettings(mode, schema, newMaxBuckets, zeroThreshold);
    }

    /** Returns a copy with another zero threshold. */
    public NativeHistogramSettings withZeroThreshold(double newZeroThreshold) {
        return new NativeHistogramSettings(mode, schema, maxBuckets, newZeroThreshold);
    }
}
