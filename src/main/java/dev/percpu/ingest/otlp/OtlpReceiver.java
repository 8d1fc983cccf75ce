package dev.percpu.ingest.otlp;

import dev.percpu.registry.PerCpuMeterRegistry;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * The receiver of OTLP metrics: it adds the points of requests to series of a registry. Thread-safe: requests may arrive on any number of
 * threads.
 *
 * <p>Delta points are added up over all senders. Of cumulative points, the difference to the last point of the stream is added. A point is
 * added once: what a sender repeats because it got no answer is dropped.
 */
public final class OtlpReceiver {
    private static final int NO_RECORDED_VALUE = 1;

    /** Largest number of attributes of a point. */
    private static final int MAX_ATTRIBUTES = 128;

    /** Number of characters of a name in an answer. */
    private static final int MAX_NAME = 200;

    private final SeriesRegistrar registrar;
    private final StreamTable table;
    private final PointAdder adder;
    private final LongSupplier wallMillis;
    private final LongAdder added = new LongAdder();

    /** By the ordinal of the rejection. */
    private final LongAdder[] rejected = IntStream.range(0, Rejection.values().length)
            .mapToObj(i -> new LongAdder())
            .toArray(LongAdder[]::new);

    /** Creates a receiver with the system clock. It starts now: of a process that began earlier, the first totals are not added. */
    public OtlpReceiver(PerCpuMeterRegistry registry, OtlpSettings settings) {
        this(registry, settings, System::currentTimeMillis);
    }

    /**
     * @param wallMillis wall-clock time, in milliseconds since 1970
     */
    OtlpReceiver(PerCpuMeterRegistry registry, OtlpSettings settings, LongSupplier wallMillis) {
        this.wallMillis = wallMillis;
        registrar = new SeriesRegistrar(registry, settings);
        table = new StreamTable(settings, registrar, wallMillis.getAsLong());
        adder = new PointAdder(table);
    }

    /** Adds the points of a request. Returns the answer, which says how many points were rejected, and why the first was. */
    public ExportMetricsServiceResponse receive(ExportMetricsServiceRequest request) {
        Batch batch = new Batch(wallMillis.getAsLong());
        for (ResourceMetrics resource : request.getResourceMetricsList()) {
            List<KeyValue> attributes = resource.getResource().getAttributesList();
            String digest = Identity.of(0, attributes).digest();
            Map<String, String> labelAttributes = registrar.labelAttributes(attributes);
            for (ScopeMetrics scope : resource.getScopeMetricsList()) {
                ResourceScope content = new ResourceScope(digest, labelAttributes, scope.getScope());
                StreamTable.Source source = new StreamTable.Source(content, content.identity());
                for (Metric metric : scope.getMetricsList()) {
                    batch.add(source, metric);
                }
            }
        }
        added.add(batch.added);
        return batch.response();
    }

    /** The points of one request. */
    private final class Batch {
        private final long nowMillis;
        private long[] counts = {};
        private long added;
        private long reported;
        private String firstReason = "";

        Batch(long nowMillis) {
            this.nowMillis = nowMillis;
        }

        void add(StreamTable.Source source, Metric metric) {
            PointType type;
            try {
                type = PointType.of(metric);
            } catch (RejectedException e) {
                reject(metric, e, points(metric));
                return;
            }
            StreamTable.MetricStreams streams = table.of(source, metric, type);
            switch (metric.getDataCase()) {
                case GAUGE -> addAll(metric, metric.getGauge().getDataPointsList(), point -> add(streams, point));
                case SUM -> addAll(metric, metric.getSum().getDataPointsList(), point -> add(streams, point));
                case HISTOGRAM ->
                    addAll(metric, metric.getHistogram().getDataPointsList(), point -> add(streams, point));
                case EXPONENTIAL_HISTOGRAM ->
                    addAll(metric, metric.getExponentialHistogram().getDataPointsList(), point -> add(streams, point));
                case SUMMARY, DATA_NOT_SET -> throw new IllegalStateException("rejected before");
            }
        }

        private <P> void addAll(Metric metric, List<P> points, PointAction<P> action) {
            for (P point : points) {
                try {
                    action.add(point);
                    added++;
                } catch (RejectedException e) {
                    reject(metric, e, 1);
                }
            }
        }

        private void add(StreamTable.MetricStreams streams, NumberDataPoint point) throws RejectedException {
            check(point.getFlags(), point.getAttributesCount());
            PointAdder.check(streams.type(), point);
            Stream stream;
            do {
                Stream known = streams.find(point.getAttributesList());
                stream = known != null ? known : streams.add(point.getAttributesList(), BucketShape.NONE, nowMillis);
            } while (!adder.add(stream, point, nowMillis));
        }

        private void add(StreamTable.MetricStreams streams, HistogramDataPoint point) throws RejectedException {
            check(point.getFlags(), point.getAttributesCount());
            long[] pointCounts = counts(PointAdder.bucketsOf(point));
            PointAdder.readCounts(point, pointCounts);
            Stream stream;
            do {
                Stream known = streams.find(point.getAttributesList());
                stream = known != null
                        ? known
                        : streams.add(point.getAttributesList(), BucketShape.of(point), nowMillis);
            } while (!adder.add(stream, point, pointCounts, nowMillis));
        }

        /** Returns an array of a length. Points of a metric share it. */
        private long[] counts(int length) {
            if (counts.length != length) {
                counts = new long[length];
            }
            return counts;
        }

        private void add(StreamTable.MetricStreams streams, ExponentialHistogramDataPoint point)
                throws RejectedException {
            check(point.getFlags(), point.getAttributesCount());
            ExponentialBuckets buckets = PointAdder.buckets(point);
            Stream stream;
            do {
                Stream known = streams.find(point.getAttributesList());
                stream = known != null
                        ? known
                        : streams.add(point.getAttributesList(), BucketShape.of(buckets), nowMillis);
            } while (!adder.add(stream, point, buckets, nowMillis));
        }

        /** Rejects points that need no comparison with others. */
        private static void check(int flags, int attributes) throws RejectedException {
            if ((flags & NO_RECORDED_VALUE) != 0) {
                throw new RejectedException(Rejection.NO_VALUE, "the point has no value");
            }
            if (attributes > MAX_ATTRIBUTES) {
                throw new RejectedException(
                        Rejection.LABEL,
                        "a point must have at most " + MAX_ATTRIBUTES + " attributes, but had " + attributes);
            }
        }

        private void reject(Metric metric, RejectedException cause, int points) {
            Rejection rejection = cause.rejection();
            rejected[rejection.ordinal()].add(points);
            if (!rejection.isIgnored() && points > 0) {
                if (reported == 0) {
                    String name = metric.getName();
                    firstReason = rejection.label() + ": "
                            + (name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME) + "...") + ": "
                            + cause.reason();
                }
                reported += points;
            }
        }

        ExportMetricsServiceResponse response() {
            return reported == 0
                    ? ExportMetricsServiceResponse.getDefaultInstance()
                    : ExportMetricsServiceResponse.newBuilder()
                            .setPartialSuccess(ExportMetricsPartialSuccess.newBuilder()
                                    .setRejectedDataPoints(reported)
                                    .setErrorMessage(firstReason))
                            .build();
        }
    }

    private interface PointAction<P> {
        void add(P point) throws RejectedException;
    }

    private static int points(Metric metric) {
        return switch (metric.getDataCase()) {
            case GAUGE -> metric.getGauge().getDataPointsCount();
            case SUM -> metric.getSum().getDataPointsCount();
            case HISTOGRAM -> metric.getHistogram().getDataPointsCount();
            case EXPONENTIAL_HISTOGRAM -> metric.getExponentialHistogram().getDataPointsCount();
            case SUMMARY -> metric.getSummary().getDataPointsCount();
            case DATA_NOT_SET -> 0;
        };
    }

    /** Drops the state of streams that had no point for a time. To be called a few times in that time. */
    public void expire() {
        table.expire(wallMillis.getAsLong());
    }

    /** Returns the number of points that were added. */
    public long added() {
        return added.sum();
    }

    /** Returns the number of points that were not added for a reason. */
    public long rejected(Rejection reason) {
        return rejected[reason.ordinal()].sum();
    }

    /** For tests. Returns the number of resources and metrics. */
    int nodes() {
        return table.nodes();
    }

    /** Returns the number of streams that have a state. */
    public int streams() {
        return table.size();
    }
}
