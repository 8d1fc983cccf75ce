package dev.percpu.histogram;

import dev.percpu.settings.HistogramMode;
import dev.percpu.settings.Settings;
import java.util.Objects;

/**
 * How the percentile histogram of a meter is kept. Immutable.
 *
 * @param mode classic buckets, a native histogram, or both
 * @param schema finest resolution, -4 to 8: buckets grow by 2<sup>2<sup>-schema</sup></sup>. A coarser one is used where the expected
 *     amounts would need more than {@code maxBuckets}.
 * @param maxBuckets largest number of buckets at that resolution, 10 to 2,000. A bucket is a cell of 16 bytes on every CPU that records.
 * @param zeroThreshold largest amount that counts as 0, in the base unit (seconds for a timer); {@link #AUTO} for the lower end of the
 *     buckets
 */
public record NativeHistogramSettings(HistogramMode mode, int schema, int maxBuckets, double zeroThreshold) {
    /** Zero threshold at the lower end of the buckets. */
    public static final double AUTO = 0;

    /** Classic buckets; schema and number of buckets are the defaults of the Prometheus Java client. */
    public static final NativeHistogramSettings DEFAULT = new NativeHistogramSettings(
            Settings.HISTOGRAM_MODE.defaultValue(),
            Settings.HISTOGRAM_SCHEMA.defaultValue(),
            Settings.HISTOGRAM_MAX_BUCKETS.defaultValue(),
            Settings.HISTOGRAM_ZERO_THRESHOLD.defaultValue().orElse(AUTO));

    static final int MIN_BUCKETS = 10;
    static final int MAX_BUCKETS = 2_000;

    /** @throws IllegalArgumentException naming what is out of range */
    public NativeHistogramSettings {
        Objects.requireNonNull(mode, "mode");
        if (schema < NativeHistogramSchema.MIN_SCHEMA || schema > NativeHistogramSchema.MAX_SCHEMA) {
            throw new IllegalArgumentException("schema must be a whole number from " + NativeHistogramSchema.MIN_SCHEMA
                    + " to " + NativeHistogramSchema.MAX_SCHEMA + ", but was " + schema);
        }
        if (maxBuckets < MIN_BUCKETS || maxBuckets > MAX_BUCKETS) {
            throw new IllegalArgumentException("maxBuckets must be a whole number from " + MIN_BUCKETS + " to "
                    + MAX_BUCKETS + ", but was " + maxBuckets);
        }
        if (!(zeroThreshold >= 0) || Double.isInfinite(zeroThreshold)) {
            throw new IllegalArgumentException("zeroThreshold must be 0 or a number above 0, but was " + zeroThreshold);
        }
    }

    /** Returns the same settings with another mode. */
    public NativeHistogramSettings withMode(HistogramMode newMode) {
        return new NativeHistogramSettings(newMode, schema, maxBuckets, zeroThreshold);
    }

    /** Returns the same settings with another finest schema. */
    public NativeHistogramSettings withSchema(int newSchema) {
        return new NativeHistogramSettings(mode, newSchema, maxBuckets, zeroThreshold);
    }

    /** Returns the same settings with another largest number of buckets. */
    public NativeHistogramSettings withMaxBuckets(int newMaxBuckets) {
        return new NativeHistogramSettings(mode, schema, newMaxBuckets, zeroThreshold);
    }

    /** Returns the same settings with another zero threshold. */
    public NativeHistogramSettings withZeroThreshold(double newZeroThreshold) {
        return new NativeHistogramSettings(mode, schema, maxBuckets, newZeroThreshold);
    }
}
