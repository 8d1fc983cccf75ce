package dev.percpu.ingest.otlp;

import dev.percpu.ingest.otlp.NameTranslation.Kind;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;

/**
 * What the points of a metric are. Immutable.
 *
 * @param form form of the family
 * @param cumulative whether points have totals; otherwise they have what came since the last point, or, for a gauge, the current value
 */
record PointType(Form form, boolean cumulative) {
    /** The forms of families. */
    enum Form {
        COUNTER("monotonic sum"),
        /** A sum that may decrease. In Prometheus it is a gauge. */
        UP_DOWN_COUNTER("sum that may decrease"),
        GAUGE("gauge"),
        HISTOGRAM("histogram"),
        EXPONENTIAL_HISTOGRAM("exponential histogram");

        private final String displayName;

        Form(String displayName) {
            this.displayName = displayName;
        }

        /** Returns the type of the metrics, in words of OpenTelemetry. */
        String displayName() {
            return displayName;
        }
    }

    /**
     * Returns the type of a metric.
     *
     * @throws RejectedException if such points cannot be added
     */
    static PointType of(Metric metric) throws RejectedException {
        return switch (metric.getDataCase()) {
            case GAUGE -> new PointType(Form.GAUGE, false);
            case SUM ->
                new PointType(
                        metric.getSum().getIsMonotonic() ? Form.COUNTER : Form.UP_DOWN_COUNTER,
                        isCumulative(metric.getSum().getAggregationTemporality()));
            case HISTOGRAM ->
                new PointType(Form.HISTOGRAM, isCumulative(metric.getHistogram().getAggregationTemporality()));
            case EXPONENTIAL_HISTOGRAM ->
                new PointType(
                        Form.EXPONENTIAL_HISTOGRAM,
                        isCumulative(metric.getExponentialHistogram().getAggregationTemporality()));
            case SUMMARY, DATA_NOT_SET ->
                throw new RejectedException(
                        Rejection.SUMMARY, "summaries cannot be added up over senders: send a histogram");
        };
    }

    private static boolean isCumulative(AggregationTemporality temporality) throws RejectedException {
        return switch (temporality) {
            case AGGREGATION_TEMPORALITY_DELTA -> false;
            case AGGREGATION_TEMPORALITY_CUMULATIVE -> true;
            case AGGREGATION_TEMPORALITY_UNSPECIFIED, UNRECOGNIZED ->
                throw new RejectedException(
                        Rejection.TEMPORALITY, "aggregation temporality must be delta or cumulative");
        };
    }

    Kind nameKind() {
        return switch (form) {
            case COUNTER -> Kind.COUNTER;
            case GAUGE -> Kind.GAUGE;
            case UP_DOWN_COUNTER, HISTOGRAM, EXPONENTIAL_HISTOGRAM -> Kind.OTHER;
        };
    }

    /** Returns a text that identifies this type. */
    String text() {
        return form + (cumulative ? "/cumulative" : "/other");
    }
}
