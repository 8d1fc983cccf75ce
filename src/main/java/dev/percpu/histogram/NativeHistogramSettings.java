package dev.percpu.histogram;

import java.util.Objects;

/**
 * How the percentile histogram of a meter is kept. Immutable.
 *
 * @param mode as classic buckets, as a native histogram, or as both
 * @param schema the finest resolution, -4 to 8: buckets grow by 2<sup>2<sup>-schema</sup></sup>. A coarser one is used where the expected
 *     amounts would need more buckets than there may be.
 * @param maxBuckets the most buckets of that resolution, 10 to 2,000: a cell of 16 bytes each, on every CPU that records
 * @param zeroThreshold up to which amount all are counted as 0, in the base unit (seconds for a timer); {@link #AUTO} for the lower end of
 *     what the buckets reach
 */
public record NativeHistogramSettings(HistogramMode mode, int schema, int maxBuckets, double zeroThreshold) {
    /** No zero threshold of one's own. */
    public static final double AUTO = 0;

    /** Classic; schema and number of buckets are the defaults of the Prometheus Java client. */
    public static final NativeHistogramSettings DEFAULT =
            new NativeHistogramSettings(HistogramMode.CLASSIC, 5, 160, AUTO);

    static final int MIN_BUCKETS = 10;
    static final int MAX_BUCKETS = 2_000;

    /** @throws IllegalArgumentException naming what is out of range */
    public NativeHistogramSettings {
        Objects.requireNonNull(mode, "mode");
        if (schema < NativeHistogramSchema.MIN_SCHEMA || schema > NativeHistogramSchema.MAX_SCHEMA) {
            throw new IllegalArgumentException("schema must be from " + NativeHistogramSchema.MIN_SCHEMA + " to "
                    + NativeHistogramSchema.MAX_SCHEMA + ", not " + schema);
        }
        if (maxBuckets < MIN_BUCKETS || maxBuckets > MAX_BUCKETS) {
            throw new IllegalArgumentException(
                    "maxBuckets must be from " + MIN_BUCKETS + " to " + MAX_BUCKETS + ", not " + maxBuckets);
        }
        if (!(zeroThreshold >= 0) || Double.isInfinite(zeroThreshold)) {
            throw new IllegalArgumentException("zeroThreshold must be a number of at least 0, not " + zeroThreshold);
        }
    }

    /** The same in another mode. */
    public NativeHistogramSettings withMode(HistogramMode newMode) {
        return new NativeHistogramSettings(newMode, schema, maxBuckets, zeroThreshold);
    }

    /** The same with another finest schema. */
    public NativeHistogramSettings withSchema(int newSchema) {
        return new NativeHistogramSettings(mode, newSchema, maxBuckets, zeroThreshold);
    }

    /** The same with another number of buckets. */
    public NativeHistogramSettings withMaxBuckets(int newMaxBuckets) {
        return new NativeHistogramSettings(mode, schema, newMaxBuckets, zeroThreshold);
    }

    /** The same with another zero threshold. */
    public NativeHistogramSettings withZeroThreshold(double newZeroThreshold) {
        return new NativeHistogramSettings(mode, schema, maxBuckets, newZeroThreshold);
    }
}
