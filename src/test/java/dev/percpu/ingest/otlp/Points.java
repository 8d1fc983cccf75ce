package dev.percpu.ingest.otlp;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogram;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.resource.v1.Resource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Requests and their parts, for tests. Times are in seconds since 1970. */
final class Points {
    static final AggregationTemporality DELTA = AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;
    static final AggregationTemporality CUMULATIVE = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE;

    private Points() {}

    static long nanos(long seconds) {
        return seconds * 1_000_000_000L;
    }

    /** Returns attributes from pairs of key and value. A value is a string, a boolean, a long, a double or an AnyValue. */
    static List<KeyValue> attributes(Object... keysAndValues) {
        List<KeyValue> attributes = new ArrayList<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            attributes.add(KeyValue.newBuilder()
                    .setKey((String) keysAndValues[i])
                    .setValue(value(keysAndValues[i + 1]))
                    .build());
        }
        return attributes;
    }

    static AnyValue value(Object value) {
        AnyValue.Builder builder = AnyValue.newBuilder();
        return switch (value) {
            case String string -> builder.setStringValue(string).build();
            case Boolean flag -> builder.setBoolValue(flag).build();
            case Long number -> builder.setIntValue(number).build();
            case Double number -> builder.setDoubleValue(number).build();
            case AnyValue any -> any;
            default -> throw new IllegalArgumentException(value.toString());
        };
    }

    static NumberDataPoint whole(long value, long start, long time, Object... attributes) {
        return NumberDataPoint.newBuilder()
                .setAsInt(value)
                .setStartTimeUnixNano(nanos(start))
                .setTimeUnixNano(nanos(time))
                .addAllAttributes(attributes(attributes))
                .build();
    }

    static NumberDataPoint fraction(double value, long start, long time, Object... attributes) {
        return NumberDataPoint.newBuilder()
                .setAsDouble(value)
                .setStartTimeUnixNano(nanos(start))
                .setTimeUnixNano(nanos(time))
                .addAllAttributes(attributes(attributes))
                .build();
    }

    static HistogramDataPoint histogram(
            double[] bounds, long[] counts, double sum, long start, long time, Object... attributes) {
        HistogramDataPoint.Builder point = HistogramDataPoint.newBuilder();
        Arrays.stream(bounds).forEach(point::addExplicitBounds);
        Arrays.stream(counts).forEach(point::addBucketCounts);
        return point.setCount(Arrays.stream(counts).sum())
                .setSum(sum)
                .setStartTimeUnixNano(nanos(start))
                .setTimeUnixNano(nanos(time))
                .addAllAttributes(attributes(attributes))
                .build();
    }

    static ExponentialHistogramDataPoint.Builder exponential(
            int scale, int offset, long[] counts, double sum, long start, long time) {
        ExponentialHistogramDataPoint.Builder point = ExponentialHistogramDataPoint.newBuilder();
        point.getPositiveBuilder().setOffset(offset);
        Arrays.stream(counts).forEach(point.getPositiveBuilder()::addBucketCounts);
        return point.setScale(scale)
                .setCount(Arrays.stream(counts).sum())
                .setSum(sum)
                .setStartTimeUnixNano(nanos(start))
                .setTimeUnixNano(nanos(time));
    }

    static Metric counter(String name, AggregationTemporality temporality, NumberDataPoint... points) {
        return sum(name, temporality, true, points);
    }

    static Metric sum(String name, AggregationTemporality temporality, boolean monotonic, NumberDataPoint... points) {
        return Metric.newBuilder()
                .setName(name)
                .setSum(Sum.newBuilder()
                        .setIsMonotonic(monotonic)
                        .setAggregationTemporality(temporality)
                        .addAllDataPoints(List.of(points)))
                .build();
    }

    static Metric gauge(String name, NumberDataPoint... points) {
        return Metric.newBuilder()
                .setName(name)
                .setGauge(Gauge.newBuilder().addAllDataPoints(List.of(points)))
                .build();
    }

    static Metric histogram(String name, AggregationTemporality temporality, HistogramDataPoint... points) {
        return Metric.newBuilder()
                .setName(name)
                .setHistogram(Histogram.newBuilder()
                        .setAggregationTemporality(temporality)
                        .addAllDataPoints(List.of(points)))
                .build();
    }

    static Metric exponential(
            String name, AggregationTemporality temporality, ExponentialHistogramDataPoint.Builder... points) {
        ExponentialHistogram.Builder histogram =
                ExponentialHistogram.newBuilder().setAggregationTemporality(temporality);
        for (ExponentialHistogramDataPoint.Builder point : points) {
            histogram.addDataPoints(point);
        }
        return Metric.newBuilder()
                .setName(name)
                .setExponentialHistogram(histogram)
                .build();
    }

    /** Returns a request of one resource and scope. */
    static ExportMetricsServiceRequest request(List<KeyValue> resource, Metric... metrics) {
        return request(
                resource, InstrumentationScope.newBuilder().setName("test").build(), metrics);
    }

    static ExportMetricsServiceRequest request(List<KeyValue> resource, InstrumentationScope scope, Metric... metrics) {
        return ExportMetricsServiceRequest.newBuilder()
                .addResourceMetrics(ResourceMetrics.newBuilder()
                        .setResource(Resource.newBuilder().addAllAttributes(resource))
                        .addScopeMetrics(
                                ScopeMetrics.newBuilder().setScope(scope).addAllMetrics(List.of(metrics))))
                .build();
    }

    static ExportMetricsServiceRequest request(Metric... metrics) {
        return request(attributes("service.name", "shop"), metrics);
    }
}
