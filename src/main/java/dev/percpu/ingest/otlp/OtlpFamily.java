package dev.percpu.ingest.otlp;

import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import java.util.Arrays;

/**
 * A family of Prometheus that metrics of OpenTelemetry are added to. Immutable.
 *
 * @param name name in Prometheus
 * @param help help text, that of the first metric
 * @param form form of the first metric; all others must have it
 * @param shape buckets of the first point
 */
record OtlpFamily(String name, String help, PointType.Form form, BucketShape shape) {
    /** @throws RejectedException if other points have not the bounds of this family */
    void checkBounds(BucketShape other) throws RejectedException {
        if (!Arrays.equals(other.bounds(), shape.bounds())) {
            throw BucketShape.otherBounds(name, shape.bounds());
        }
    }

    /** Returns whether a point has the bounds of this family. */
    boolean hasBoundsOf(HistogramDataPoint point) {
        double[] bounds = shape.bounds();
        if (point.getExplicitBoundsCount() != bounds.length) {
            return false;
        }
        for (int i = 0; i < bounds.length; i++) {
            if (point.getExplicitBounds(i) != bounds[i]) {
                return false;
            }
        }
        return true;
    }
}
