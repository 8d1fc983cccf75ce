package dev.percpu.ingest.otlp;

import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The streams of all senders. Their number is limited, and a stream without points expires. Thread-safe.
 *
 * <p>Finding a known stream takes no lock. Streams are added and removed under the lock of this object.
 */
final class StreamTable {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final OtlpSettings settings;
    private final SeriesRegistrar registrar;
    private final Map<Identity, SourceNode> sources = new ConcurrentHashMap<>();
    private final Map<Identity, Stream.Metric> metrics = new ConcurrentHashMap<>();
    private final Map<Identity, Stream> streams = new ConcurrentHashMap<>();

    /** Wall-clock time in milliseconds. The state of every cumulative stream with a later point here is complete. */
    private volatile long completeSinceMillis;

    private long lastNumber;

    /**
     * @param startMillis wall-clock time of the start, in milliseconds
     */
    StreamTable(OtlpSettings settings, SeriesRegistrar registrar, long startMillis) {
        this.settings = settings;
        this.registrar = registrar;
        this.completeSinceMillis = startMillis;
    }

    /** The resource and scope of metrics in a request. */
    record Source(ResourceScope content, Identity identity) {}

    /**
     * A metric in a request. It is for the thread of the request only.
     *
     * <p>It finds the node of its metric once, and again if the node was removed.
     */
    final class MetricStreams {
        private final Source source;
        private final Metric metric;
        private final PointType type;
        private Stream.@Nullable Metric node;

        /** The stream of the last point. */
        private @Nullable Stream last;

        MetricStreams(Source source, Metric metric, PointType type) {
            this.source = source;
            this.metric = metric;
            this.type = type;
            SourceNode known = sources.get(source.identity);
            node = known == null ? null : metrics.get(identity(known));
        }

        private Identity identity(SourceNode parent) {
            return Identity.of(parent.number(), metric.getName(), metric.getUnit(), type.text());
        }

        PointType type() {
            return type;
        }

        /** Returns the stream of a point; null if there is none yet. */
        @Nullable
        Stream find(List<KeyValue> attributes) {
            Stream.Metric known = node;
            if (known == null) {
                return null;
            }
            Stream expected = last == null ? known.first() : last.next();
            if (expected != null
                    && expected.metric() == known
                    && !expected.isRemoved()
                    && expected.identity().isOf(attributes)) {
                last = expected;
                return expected;
            }
            Stream stream = streams.get(Identity.of(known.number(), attributes));
            return stream == null ? null : follow(stream);
        }

        /** Stores that this stream comes after the last one: senders repeat the order of points. */
        private Stream follow(Stream stream) {
            if (last == null) {
                stream.metric().setFirst(stream);
            } else {
                last.setNext(stream);
            }
            last = stream;
            return stream;
        }

        /**
         * Returns the stream of a point, added if there is none.
         *
         * @param shape buckets of the point
         * @throws RejectedException if the point cannot have a stream
         */
        Stream add(List<KeyValue> attributes, BucketShape shape, long nowMillis) throws RejectedException {
            synchronized (StreamTable.this) {
                SourceNode parent = sources.get(source.identity);
                SourceNode sourceNode = parent != null
                        ? parent
                        : new SourceNode(source.identity, ++lastNumber, registrar.labels(source.content));
                Identity metricIdentity = identity(sourceNode);
                Stream.Metric metricNode = metrics.get(metricIdentity);
                if (metricNode == null) {
                    metricNode = new Stream.Metric(
                            metricIdentity, ++lastNumber, sourceNode, type, registrar.family(metric, type, shape));
                } else {
                    metricNode.family().checkBounds(shape);
                }
                Identity identity = Identity.of(metricNode.number(), attributes);
                Stream stream = streams.get(identity);
                if (stream == null) {
                    if (streams.size() >= settings.maxStreams()) {
                        throw new RejectedException(
                                Rejection.STREAMS, "the limit of " + settings.maxStreams() + " streams is reached");
                    }
                    stream = new Stream(
                            last == null ? identity : identity.sharingPartsOf(last.identity()),
                            metricNode,
                            registrar.series(metricNode.family(), sourceNode.labels(), attributes),
                            nowMillis);
                    insert(stream);
                }
                node = metricNode;
                return follow(stream);
            }
        }
    }

    private void insert(Stream stream) {
        Stream.Metric metric = stream.metric();
        SourceNode source = metric.source();
        if (metrics.putIfAbsent(metric.identity(), metric) == null) {
            source.addMetric();
            sources.putIfAbsent(source.identity(), source);
        }
        metric.addStream();
        streams.put(stream.identity(), stream);
    }

    /** Returns the streams of a metric in a request. */
    MetricStreams of(Source source, Metric metric, PointType type) {
        return new MetricStreams(source, metric, type);
    }

    /** Returns whether no state of a stream that began at this time can be missing: the first point then has all that was counted. */
    boolean isComplete(long startNanos) {
        return startNanos > 0 && startNanos / NANOS_PER_MILLI > completeSinceMillis;
    }

    /** Removes the streams that had no point for a time. */
    void expire(long nowMillis) {
        long oldest = nowMillis - settings.expireAfter().toMillis();
        for (Stream stream : streams.values()) {
            synchronized (this) {
                synchronized (stream) {
                    if (stream.seenMillis() < oldest && !stream.isRemoved()) {
                        remove(stream, nowMillis);
                    }
                }
            }
        }
    }

    private void remove(Stream stream, long nowMillis) {
        stream.remove();
        PointType type = stream.metric().type();
        if (type.cumulative()) {
            // A stream that comes back must not be taken for a new one. The clock of its sender may be ahead.
            long lastMillis = Math.min(stream.timeNanos() / NANOS_PER_MILLI, nowMillis);
            completeSinceMillis = Math.max(completeSinceMillis, Math.max(stream.seenMillis(), lastMillis));
        }
        if (type.form() == PointType.Form.UP_DOWN_COUNTER
                && type.cumulative()
                && stream.series() instanceof SeriesCells.OfGauge(var gauge)) {
            gauge.add(-stream.total());
        }
        streams.remove(stream.identity());
        Stream.Metric metric = stream.metric();
        if (metric.removeStream()) {
            metrics.remove(metric.identity());
            if (metric.source().removeMetric()) {
                sources.remove(metric.source().identity());
            }
        }
    }

    int size() {
        return streams.size();
    }

    /** For tests. Returns the number of resources and metrics. */
    int nodes() {
        return sources.size() + metrics.size();
    }
}
