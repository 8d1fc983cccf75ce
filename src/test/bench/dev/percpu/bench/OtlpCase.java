package dev.percpu.bench;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.percpu.ingest.otlp.MalformedRequestException;
import dev.percpu.ingest.otlp.OtlpEncoding;
import dev.percpu.ingest.otlp.OtlpReceiver;
import dev.percpu.ingest.otlp.OtlpSettings;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.settings.OtlpNames;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import java.time.Duration;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * JMH benchmarks of a request with 1,000 delta histogram points, each of its own series: the whole request, and its parsing by
 * OpenTelemetry's own classes alone.
 */
public class OtlpCase {
    private static final int POINTS = 1_000;
    private static final List<Double> BOUNDS =
            List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);

    /** Two requests of different times, in turn: a point of the same time as the last one of its stream would be dropped. */
    @State(Scope.Thread)
    public static class Bodies {
        private final byte[][] bodies = {body(1), body(2)};
        private int next;

        byte[] next() {
            return bodies[next++ & 1];
        }
    }

    @State(Scope.Benchmark)
    public static class Receiver {
        OtlpReceiver receiver;
        private PerCpuMeterRegistry registry;

        @Setup
        public void open() {
            registry = new PerCpuMeterRegistry();
            receiver = new OtlpReceiver(
                    registry, new OtlpSettings(OtlpNames.UTF8, List.of(), 100_000, Duration.ofMinutes(15)));
        }

        @TearDown
        public void close() {
            if (receiver.streams() != POINTS || receiver.added() % POINTS != 0) {
                throw new IllegalStateException("points were rejected");
            }
            registry.close();
        }
    }

    private static byte[] body(long second) {
        Histogram.Builder histogram =
                Histogram.newBuilder().setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA);
        for (int i = 0; i < POINTS; i++) {
            HistogramDataPoint.Builder point = HistogramDataPoint.newBuilder()
                    .addAttributes(attribute("http.request.method", "GET"))
                    .addAttributes(KeyValue.newBuilder()
                            .setKey("http.response.status_code")
                            .setValue(AnyValue.newBuilder().setIntValue(200)))
                    .addAttributes(attribute("http.route", "/api/v1/items/" + i + "/{id}"))
                    .addAttributes(attribute("url.scheme", "https"))
                    .setStartTimeUnixNano(second * 1_000_000_000)
                    .setTimeUnixNano((second + 1) * 1_000_000_000)
                    .addAllExplicitBounds(BOUNDS)
                    .setSum(i * 0.37);
            long count = 0;
            for (int bucket = 0; bucket <= BOUNDS.size(); bucket++) {
                long inBucket = bucket >= 2 && bucket < 8 ? 1 + (i + bucket) % 50 : 0;
                point.addBucketCounts(inBucket);
                count += inBucket;
            }
            histogram.addDataPoints(point.setCount(count));
        }
        ResourceMetrics.Builder resource = ResourceMetrics.newBuilder();
        resource.getResourceBuilder()
                .addAttributes(attribute("service.name", "shop"))
                .addAttributes(attribute("service.instance.id", "627cc493-f310-47de-96bd-71410b7dec09"))
                .addAttributes(attribute("telemetry.sdk.language", "java"))
                .addAttributes(attribute("telemetry.sdk.name", "opentelemetry"))
                .addAttributes(attribute("telemetry.sdk.version", "1.68.0"));
        resource.addScopeMetricsBuilder()
                .addMetrics(Metric.newBuilder()
                        .setName("http.server.request.duration")
                        .setUnit("s")
                        .setDescription("Duration of HTTP server requests.")
                        .setHistogram(histogram));
        return ExportMetricsServiceRequest.newBuilder()
                .addResourceMetrics(resource)
                .build()
                .toByteArray();
    }

    private static KeyValue attribute(String key, String value) {
        return KeyValue.newBuilder()
                .setKey(key)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    @Benchmark
    public byte[] receive(Bodies bodies, Receiver state) throws MalformedRequestException {
        return OtlpEncoding.PROTOBUF.response(state.receiver.receive(OtlpEncoding.PROTOBUF.request(bodies.next())));
    }

    @Benchmark
    public ExportMetricsServiceRequest parse(Bodies bodies) throws InvalidProtocolBufferException {
        return ExportMetricsServiceRequest.parseFrom(bodies.next());
    }
}
