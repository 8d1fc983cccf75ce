package dev.percpu.ingest.otlp;

import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of a point, which those of a new family are made for. Immutable.
 *
 * @param bounds upper bounds of an explicit histogram, without +Inf; the array must not be changed
 * @param exponential buckets of an exponential histogram, else null
 */
record BucketShape(double[] bounds, @Nullable ExponentialBuckets exponential) {
    /** The shape of points without buckets. */
    static final BucketShape NONE = new BucketShape(new double[0], null);

    /** Largest number of bounds. Each takes 16 bytes on every CPU, for each series. */
    static final int MAX_BOUNDS = 1_000;

    /** Number of bounds in a message. */
    private static final int SHOWN_BOUNDS = 20;

    static BucketShape of(ExponentialBuckets exponential) {
        return new BucketShape(NONE.bounds, exponential);
    }

    /**
     * Returns the shape of a point with explicit bounds.
     *
     * @throws RejectedException if the bounds are not allowed
     */
    static BucketShape of(HistogramDataPoint point) throws RejectedException {
        int size = point.getExplicitBoundsCount();
        if (size > MAX_BOUNDS) {
            throw new RejectedException(
                    Rejection.BOUNDS, "explicit bounds must be at most " + MAX_BOUNDS + ", but were " + size);
        }
        double[] bounds = new double[size];
        double previous = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < size; i++) {
            bounds[i] = point.getExplicitBounds(i) + 0.0; // -0.0 becomes 0.0
            if (!(bounds[i] >= 0) || bounds[i] == Double.POSITIVE_INFINITY || bounds[i] <= previous) {
                throw new RejectedException(
                        Rejection.BOUNDS,
                        "explicit bounds must be finite, at least 0 and ascending, but one was " + bounds[i]);
            }
            previous = bounds[i];
        }
        return new BucketShape(bounds, null);
    }

    /** Returns why a point with other bounds cannot be added to a family. */
    static RejectedException otherBounds(String family, double[] bounds) {
        return new RejectedException(
                Rejection.BOUNDS,
                () -> "explicit bounds of " + family + " must be the " + bounds.length + " of its first point, "
                        + Arrays.stream(bounds)
                                .limit(SHOWN_BOUNDS)
                                .mapToObj(Double::toString)
                                .collect(Collectors.joining(", ", "[", bounds.length > SHOWN_BOUNDS ? ", ...]" : "]")));
    }
}
