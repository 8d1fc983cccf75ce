package dev.percpu.ingest.otlp;

import static dev.percpu.ingest.otlp.Points.CUMULATIVE;
import static dev.percpu.ingest.otlp.Points.DELTA;
import static dev.percpu.ingest.otlp.Points.attributes;
import static dev.percpu.ingest.otlp.Points.counter;
import static dev.percpu.ingest.otlp.Points.exponential;
import static dev.percpu.ingest.otlp.Points.fraction;
import static dev.percpu.ingest.otlp.Points.gauge;
import static dev.percpu.ingest.otlp.Points.histogram;
import static dev.percpu.ingest.otlp.Points.request;
import static dev.percpu.ingest.otlp.Points.sum;
import static dev.percpu.ingest.otlp.Points.whole;
import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.ProtobufNames;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.settings.OtlpNames;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.Summary;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of points: totals, states of streams, labels and rejections. The receiver starts at second 1,000. */
class OtlpReceiverTest {
    private static final double[] BOUNDS = {0, 1, 10};

    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry();
    private final AtomicLong nowMillis = new AtomicLong(1_000_000);
    private OtlpReceiver receiver = receiver(100, List.of());

    private OtlpReceiver receiver(int maxStreams, List<String> resourceLabels) {
        return new OtlpReceiver(
                registry,
                new OtlpSettings(OtlpNames.UTF8, resourceLabels, maxStreams, Duration.ofMinutes(10)),
                nowMillis::get);
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private ExportMetricsPartialSuccess send(ExportMetricsServiceRequest request) {
        ExportMetricsServiceResponse response = receiver.receive(request);
        return response.getPartialSuccess();
    }

    private void accept(ExportMetricsServiceRequest request) {
        assertThat(send(request)).isEqualTo(ExportMetricsPartialSuccess.getDefaultInstance());
    }

    private void accept(Metric... metrics) {
        accept(request(metrics));
    }

    private void reject(Rejection reason, ExportMetricsServiceRequest request) {
        long before = receiver.rejected(reason);
        ExportMetricsPartialSuccess answer = send(request);
        assertThat(answer.getRejectedDataPoints()).isEqualTo(1);
        assertThat(answer.getErrorMessage()).startsWith(reason.label() + ": ");
        assertThat(receiver.rejected(reason)).isEqualTo(before + 1);
    }

    private void reject(Rejection reason, Metric metric) {
        reject(reason, request(metric));
    }

    /** A point that is not added although nothing is missing: the sender is not told. */
    private void drop(Rejection reason, Metric metric) {
        long before = receiver.rejected(reason);
        accept(metric);
        assertThat(receiver.rejected(reason)).isEqualTo(before + 1);
    }

    /** Returns the samples of a scrape, without comments. */
    private List<String> samples() {
        return registry.scrape().lines().filter(line -> !line.startsWith("#")).toList();
    }

    private void assertSamples(String... expected) {
        assertThat(samples()).containsExactlyInAnyOrder(expected);
    }

    @Test
    void shouldAddUpDeltaCounters() {
        accept(counter("requests", DELTA, whole(3, 1001, 1002), whole(4, 1001, 1002, "path", "/a")));
        accept(counter("requests", DELTA, whole(5, 1002, 1003), fraction(0.5, 1002, 1003, "path", "/a")));

        assertSamples("requests_total{job=\"shop\"} 8.0", "requests_total{job=\"shop\",path=\"/a\"} 4.5");
        assertThat(receiver.added()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({
        "requests, requests",
        "requests_total, requests",
        "requests.total, requests",
        "total, total",
    })
    void shouldWriteTheSuffixOfACounterOnceInEachFormat(String name, String family) throws IOException {
        accept(counter(name, DELTA, whole(3, 1001, 1002)));

        assertSamples(family + "_total{job=\"shop\"} 3.0");
        assertThat(registry.scrape(OpenMetricsTextFormatWriter.CONTENT_TYPE).lines())
                .contains("# TYPE " + family + " counter", family + "_total{job=\"shop\"} 3.0")
                .hasSize(4); // with the help text and the end
        assertThat(ProtobufNames.of(registry)).containsExactly(family + "_total");
    }

    @Test
    void shouldAddUpDeltaCountersOfSeveralSenders() {
        for (String instance : List.of("a", "b", "c")) {
            List<KeyValue> resource = attributes("service.name", "shop", "service.instance.id", instance);
            accept(request(resource, counter("requests", DELTA, whole(3, 1001, 1002))));
        }

        assertSamples("requests_total{job=\"shop\"} 9.0");
    }

    @Test
    void shouldAddADeltaPointOnce() {
        Metric metric = counter("requests", DELTA, whole(3, 1001, 1002));

        accept(metric);
        drop(Rejection.DUPLICATE, metric);
        drop(Rejection.DUPLICATE, metric);

        assertSamples("requests_total{job=\"shop\"} 3.0");
    }

    @Test
    void shouldAddDeltaPointsInAnyOrder() {
        accept(counter("requests", DELTA, whole(3, 1002, 1003)));
        accept(counter("requests", DELTA, whole(4, 1001, 1002)));

        assertSamples("requests_total{job=\"shop\"} 7.0");
    }

    @Test
    void shouldTakeTheFirstTotalOfALaterProcessWhole() {
        accept(counter("requests", CUMULATIVE, whole(7, 1001, 1002)));
        accept(counter("requests", CUMULATIVE, whole(9, 1001, 1003)));

        assertSamples("requests_total{job=\"shop\"} 9.0");
    }

    @Test
    void shouldTakeTheFirstTotalOfAnEarlierProcessAsBaseline() {
        accept(counter("requests", CUMULATIVE, whole(7, 1000, 1002)));
        accept(counter("requests", CUMULATIVE, whole(9, 1000, 1003)));

        assertSamples("requests_total{job=\"shop\"} 2.0");
    }

    @Test
    void shouldTakeATotalWithoutStartTimeAsBaseline() {
        accept(counter("requests", CUMULATIVE, whole(7, 0, 1002)));
        accept(counter("requests", CUMULATIVE, whole(9, 0, 1003)));
        accept(counter("requests", CUMULATIVE, whole(1, 0, 1004)));

        assertSamples("requests_total{job=\"shop\"} 3.0");
    }

    @Test
    void shouldDetectResets() {
        accept(counter("requests", CUMULATIVE, whole(7, 1001, 1002)));
        accept(counter("requests", CUMULATIVE, whole(9, 1002, 1003))); // another process, with a larger value
        accept(counter("requests", CUMULATIVE, whole(4, 1002, 1004))); // a smaller value

        assertSamples("requests_total{job=\"shop\"} 20.0");
    }

    @Test
    void shouldDropTotalsThatAreNotNewer() {
        accept(counter("requests", CUMULATIVE, whole(7, 1001, 1002)));
        accept(counter("requests", CUMULATIVE, whole(9, 1001, 1004)));
        drop(Rejection.DUPLICATE, counter("requests", CUMULATIVE, whole(9, 1001, 1004)));
        drop(Rejection.STALE, counter("requests", CUMULATIVE, whole(8, 1001, 1003)));
        drop(Rejection.STALE, counter("requests", CUMULATIVE, whole(1, 1003, 1003)));
        accept(counter("requests", CUMULATIVE, whole(10, 1001, 1005)));

        assertSamples("requests_total{job=\"shop\"} 10.0");
    }

    @Test
    void shouldRejectTheEarlierOfTwoProcessesWithEqualAttributes() {
        accept(counter("requests", CUMULATIVE, whole(7, 1001, 1003)));
        accept(counter("requests", CUMULATIVE, whole(2, 1002, 1004)));
        reject(Rejection.OVERLAP, counter("requests", CUMULATIVE, whole(8, 1001, 1005)));
        accept(counter("requests", CUMULATIVE, whole(3, 1002, 1006)));

        assertSamples("requests_total{job=\"shop\"} 10.0");
    }

    @Test
    void shouldAddTotalsOfSeveralSenders() {
        for (String instance : List.of("a", "b")) {
            List<KeyValue> resource = attributes("service.name", "shop", "service.instance.id", instance);
            accept(request(resource, counter("requests", CUMULATIVE, whole(3, 1001, 1002))));
            accept(request(resource, counter("requests", CUMULATIVE, whole(5, 1001, 1003))));
        }

        assertSamples("requests_total{job=\"shop\"} 10.0");
    }

    @Test
    void shouldKeepLargeTotalsExact() {
        long large = (1L << 53) + 1;

        accept(counter("requests", CUMULATIVE, whole(large, 900, 1002)));
        accept(counter("requests", CUMULATIVE, whole(large + 1, 900, 1003)));
        accept(counter("requests", CUMULATIVE, whole(large + 2, 900, 1004)));

        assertSamples("requests_total{job=\"shop\"} 2.0");
    }

    @Test
    void shouldAddUpStatesOfUpDownCounters() {
        for (String instance : List.of("a", "b")) {
            List<KeyValue> resource = attributes("service.name", "shop", "service.instance.id", instance);
            accept(request(resource, sum("active", CUMULATIVE, false, whole(5, 900, 1002))));
            accept(request(resource, sum("active", CUMULATIVE, false, whole(3, 900, 1003))));
            accept(request(resource, sum("active", CUMULATIVE, false, whole(4, 1003, 1004))));
        }
        accept(sum("queued", DELTA, false, whole(5, 1001, 1002)));
        accept(sum("queued", DELTA, false, whole(-7, 1002, 1003)));

        assertSamples("active{job=\"shop\"} 8.0", "queued{job=\"shop\"} -2.0");
    }

    @Test
    void shouldForgetTheStateOfAnUpDownCounterThatEnded() {
        accept(sum("active", CUMULATIVE, false, whole(5, 900, 1002)));
        nowMillis.addAndGet(Duration.ofMinutes(11).toMillis());
        receiver.expire();

        assertSamples("active{job=\"shop\"} 0.0");
        assertThat(receiver.streams()).isZero();
    }

    @Test
    void shouldSetGauges() {
        accept(gauge("temperature", fraction(20.5, 0, 1002)));
        accept(gauge("temperature", fraction(21.5, 0, 1004)));
        drop(Rejection.STALE, gauge("temperature", fraction(19, 0, 1003)));
        accept(gauge("limit", fraction(Double.POSITIVE_INFINITY, 0, 1002)));

        assertSamples("temperature{job=\"shop\"} 21.5", "limit{job=\"shop\"} +Inf");
    }

    @Test
    void shouldAddUpDeltaHistograms() {
        accept(histogram("size", DELTA, histogram(BOUNDS, new long[] {1, 2, 3, 4}, 70, 1001, 1002)));
        accept(histogram("size", DELTA, histogram(BOUNDS, new long[] {0, 1, 0, 1}, 12.5, 1002, 1003)));
        drop(
                Rejection.DUPLICATE,
                histogram("size", DELTA, histogram(BOUNDS, new long[] {0, 1, 0, 1}, 12.5, 1002, 1003)));

        assertSamples(
                "size_bucket{job=\"shop\",le=\"0.0\"} 1",
                "size_bucket{job=\"shop\",le=\"1.0\"} 4",
                "size_bucket{job=\"shop\",le=\"10.0\"} 7",
                "size_bucket{job=\"shop\",le=\"+Inf\"} 12",
                "size_count{job=\"shop\"} 12",
                "size_sum{job=\"shop\"} 82.5");
    }

    @Test
    void shouldAddDifferencesOfCumulativeHistograms() {
        accept(histogram("size", CUMULATIVE, histogram(BOUNDS, new long[] {1, 2, 3, 4}, 70, 900, 1002)));
        accept(histogram("size", CUMULATIVE, histogram(BOUNDS, new long[] {1, 3, 3, 5}, 90, 900, 1003)));
        drop(
                Rejection.DUPLICATE,
                histogram("size", CUMULATIVE, histogram(BOUNDS, new long[] {1, 3, 3, 5}, 90, 900, 1003)));
        accept(histogram("size", CUMULATIVE, histogram(BOUNDS, new long[] {0, 4, 3, 5}, 91, 900, 1004))); // reset
        accept(histogram("size", CUMULATIVE, histogram(BOUNDS, new long[] {0, 4, 3, 6}, 101, 1003, 1005))); // reset

        assertSamples(
                "size_bucket{job=\"shop\",le=\"0.0\"} 0",
                "size_bucket{job=\"shop\",le=\"1.0\"} 9",
                "size_bucket{job=\"shop\",le=\"10.0\"} 15",
                "size_bucket{job=\"shop\",le=\"+Inf\"} 27",
                "size_count{job=\"shop\"} 27",
                "size_sum{job=\"shop\"} 212.0");
    }

    @Test
    void shouldKeepSumsOfWholeNumbersExact() {
        double total = 0;
        for (int i = 0; i < 1_000; i++) {
            long[] counts = {i % 3, 1, i % 7, 2};
            accept(histogram("size", DELTA, histogram(BOUNDS, counts, 1_000_003 * i, 1001 + i, 1002 + i)));
            total += 1_000_003.0 * i;
        }

        assertThat(samples()).contains("size_sum{job=\"shop\"} " + total);
    }

    @Test
    void shouldExposeHistogramsWithoutBoundsAsSummaries() {
        accept(histogram("size", DELTA, histogram(new double[0], new long[] {3}, 6, 1001, 1002)));
        accept(histogram(
                "size",
                DELTA,
                histogram(new double[0], new long[0], 7, 1002, 1003).toBuilder()
                        .setCount(2)
                        .build()));

        assertSamples("size_count{job=\"shop\"} 5", "size_sum{job=\"shop\"} 13.0");
    }

    @Test
    void shouldRejectOtherBounds() {
        accept(histogram("size", DELTA, histogram(BOUNDS, new long[] {1, 0, 0, 0}, 0, 1001, 1002)));
        double[] others = {0, 1, 11};

        // Of the same stream, of another one, and of another metric that becomes the same family.
        reject(Rejection.BOUNDS, histogram("size", DELTA, histogram(others, new long[] {1, 0, 0, 0}, 0, 1002, 1003)));
        reject(
                Rejection.BOUNDS,
                histogram("size", DELTA, histogram(others, new long[] {1, 0, 0, 0}, 0, 1002, 1003, "a", "b")));
        reject(
                Rejection.BOUNDS,
                request(
                        attributes("service.name", "other"),
                        histogram("size", DELTA, histogram(others, new long[] {1, 0, 0, 0}, 0, 1002, 1003))));
        // A rejected point leaves no empty stream or series.
        assertThat(receiver.streams()).isEqualTo(1);
        assertThat(samples().stream().filter(sample -> sample.startsWith("size_count")))
                .containsExactly("size_count{job=\"shop\"} 1");
    }

    @Test
    void shouldRejectBadPoints() {
        reject(Rejection.VALUE, counter("a", DELTA, whole(-1, 1001, 1002)));
        reject(Rejection.VALUE, counter("a", DELTA, fraction(Double.NaN, 1001, 1002)));
        reject(Rejection.VALUE, sum("a", DELTA, false, fraction(Double.POSITIVE_INFINITY, 1001, 1002)));
        reject(
                Rejection.VALUE,
                counter("a", DELTA, whole(1, 1, 2).toBuilder().clearValue().build()));
        reject(Rejection.COUNT, histogram("a", DELTA, histogram(BOUNDS, new long[] {1, 2, 3}, 1, 1001, 1002)));
        reject(Rejection.COUNT, histogram("a", DELTA, histogram(BOUNDS, new long[] {1, -1, 1, 0}, 1, 1001, 1002)));
        reject(Rejection.COUNT, histogram("a", DELTA, histogram(BOUNDS, new long[4], 1, 1001, 1002)));
        reject(
                Rejection.COUNT,
                histogram(
                        "a",
                        DELTA,
                        histogram(BOUNDS, new long[] {1, 2, 3, 4}, 1, 1001, 1002).toBuilder()
                                .setCount(11)
                                .build()));
        reject(Rejection.VALUE, histogram("a", DELTA, histogram(BOUNDS, new long[] {1, 0, 0, 0}, -1, 1, 2)));
        reject(Rejection.VALUE, histogram("a", DELTA, histogram(BOUNDS, new long[] {1, 0, 0, 0}, Double.NaN, 1, 2)));
        reject(Rejection.BOUNDS, histogram("a", DELTA, histogram(new double[] {-1}, new long[] {1, 0}, 0, 1001, 1002)));
        reject(
                Rejection.BOUNDS,
                histogram("a", DELTA, histogram(new double[] {1, 1}, new long[] {1, 0, 0}, 0, 1001, 1002)));
        reject(
                Rejection.TEMPORALITY,
                counter("a", AggregationTemporality.AGGREGATION_TEMPORALITY_UNSPECIFIED, whole(1, 1, 2)));
        reject(Rejection.NAME, counter("", DELTA, whole(1, 1, 2)));
        reject(Rejection.NAME, gauge("x".repeat(1025), whole(1, 1, 2)));
        reject(Rejection.LABEL, counter("a", DELTA, whole(1, 1, 2, "", "b")));
        reject(Rejection.LABEL, counter("a", DELTA, whole(1, 1, 2, "__name__", "b")));
        reject(Rejection.LABEL, counter("a", DELTA, whole(1, 1, 2, "b", "x".repeat(1025))));
        reject(
                Rejection.SUMMARY,
                Metric.newBuilder()
                        .setName("a")
                        .setSummary(Summary.newBuilder().addDataPoints(SummaryDataPoint.getDefaultInstance()))
                        .build());

        assertSamples();
        assertThat(receiver.streams()).isZero();
        assertThat(receiver.added()).isZero();
    }

    @Test
    void shouldRejectOtherTypes() {
        accept(sum("a", DELTA, false, whole(1, 1001, 1002)));
        reject(Rejection.TYPE, gauge("a", whole(1, 1, 2)));
        reject(Rejection.TYPE, histogram("a", DELTA, histogram(BOUNDS, new long[] {1, 0, 0, 0}, 0, 1, 2)));
        accept(counter("b", DELTA, whole(1, 1001, 1002)));
        reject(
                Rejection.TYPE,
                gauge("b.total", whole(1, 1, 2)).toBuilder().setName("b_total").build());

        assertSamples("a{job=\"shop\"} 1.0", "b_total{job=\"shop\"} 1.0");
    }

    @Test
    void shouldReportTheFirstReasonAndAllRejectedPoints() {
        ExportMetricsPartialSuccess answer = send(request(
                counter("a", DELTA, whole(1, 1001, 1002)),
                counter("b", DELTA, whole(-1, 1001, 1002), whole(2, 1001, 1002), whole(-2, 1001, 1002)),
                gauge("", whole(1, 1, 2))));

        assertThat(answer.getRejectedDataPoints()).isEqualTo(3);
        assertThat(answer.getErrorMessage())
                .isEqualTo("value: b: value of a monotonic sum must be at least 0, but was -1.0");
        assertThat(receiver.added()).isEqualTo(2);
    }

    @Test
    void shouldIgnorePointsWithoutRecordedValue() {
        drop(
                Rejection.NO_VALUE,
                counter("a", DELTA, whole(1, 1, 2).toBuilder().setFlags(1).build()));

        assertSamples();
    }

    @Test
    void shouldKeepNamedResourceAttributes() {
        receiver = receiver(100, List.of("deployment.environment.name", "otel.scope.name", "missing"));
        List<KeyValue> resource = attributes(
                "service.name", "shop",
                "service.namespace", "eu",
                "service.instance.id", "1",
                "deployment.environment.name", "prod");

        accept(request(resource, counter("a", DELTA, whole(1, 1, 2, "job", "point"))));

        assertSamples("a_total{deployment_environment_name=\"prod\",job=\"eu/shop\",otel_scope_name=\"test\"} 1.0");
    }

    @Test
    void shouldWriteAttributesAsText() {
        accept(counter("a", DELTA, whole(1, 1, 2, "b", true, "i", 200L, "d", 0.5, "w", 3.0, "e", "")));

        assertSamples("a_total{b=\"true\",d=\"0.5\",i=\"200\",job=\"shop\",w=\"3\"} 1.0");
    }

    @Test
    void shouldIdentifyStreamsByAllAttributes() {
        // The series is the same, the streams are not: nothing is a duplicate.
        for (String instance : List.of("a", "b")) {
            accept(request(
                    attributes("service.name", "shop", "host.name", instance), counter("a", DELTA, whole(1, 1, 2))));
        }
        accept(counter("a", DELTA, whole(1, 1, 2, "x", "")));
        accept(counter("a", DELTA, whole(1, 1, 2, "x", "1", "y", "2")));
        drop(Rejection.DUPLICATE, counter("a", DELTA, whole(1, 1, 2, "y", "2", "x", "1"))); // another order
        accept(counter("a", DELTA, whole(1, 1, 2, "x", 1L, "y", "2"))); // another type

        assertSamples("a_total{job=\"shop\"} 3.0", "a_total{job=\"shop\",x=\"1\",y=\"2\"} 2.0");
        assertThat(receiver.streams()).isEqualTo(5);
    }

    /** Each pair of sets has the same texts in another place, or in another type. */
    @Test
    void shouldDistinguishAttributesOfResourceScopeAndPoint() {
        NumberDataPoint point = whole(1, 1, 2);
        accept(request(
                attributes("a", "b"),
                InstrumentationScope.newBuilder().setName("c").setVersion("d").build(),
                counter("n", DELTA, point)));
        accept(request(
                List.of(),
                InstrumentationScope.newBuilder()
                        .setName("a")
                        .setVersion("b")
                        .addAllAttributes(attributes("c", "d"))
                        .build(),
                counter("n", DELTA, point)));
        for (List<KeyValue> attributes : List.of(
                attributes("a", "b", "c", "d"),
                attributes("a", "b, c", "d", ""),
                attributes("a", "1"),
                attributes("a", 1L))) {
            accept(request(
                    List.of(),
                    InstrumentationScope.newBuilder()
                            .addAllAttributes(attributes)
                            .build(),
                    counter("n", DELTA, point)));
        }

        assertSamples("n_total 6.0");
        assertThat(receiver.streams()).isEqualTo(6);
    }

    @Test
    void shouldIdentifyLongAttributesByTheirDigest() {
        String text = "x".repeat(600);
        accept(counter("n", DELTA, whole(1, 1, 2, "a", text, "b", "1")));
        accept(counter("n", DELTA, whole(1, 1, 2, "a", text, "b", 1L)));
        drop(Rejection.DUPLICATE, counter("n", DELTA, whole(1, 1, 2, "b", "1", "a", text)));
        drop(Rejection.DUPLICATE, counter("n", DELTA, whole(1, 1, 2, "b", 1L, "a", text)));

        assertThat(receiver.streams()).isEqualTo(2);
    }

    @Test
    void shouldNotTakeAMissingStartTimeForAReset() {
        accept(counter("a", CUMULATIVE, whole(5, 1001, 1002)));
        accept(counter("a", CUMULATIVE, whole(7, 0, 1003)));
        accept(counter("a", CUMULATIVE, whole(8, 1001, 1004)));
        accept(histogram("b", CUMULATIVE, histogram(BOUNDS, new long[] {1, 0, 0, 0}, 0, 1001, 1002)));
        accept(histogram("b", CUMULATIVE, histogram(BOUNDS, new long[] {1, 1, 0, 0}, 1, 0, 1003)));
        accept(exponential("c", CUMULATIVE, exponential(0, 0, new long[] {1}, 1.5, 1001, 1002)));
        accept(exponential("c", CUMULATIVE, exponential(0, 0, new long[] {3}, 4.5, 0, 1003)));

        assertThat(samples())
                .contains(
                        "a_total{job=\"shop\"} 8.0",
                        "b_count{job=\"shop\"} 2",
                        "c_count{job=\"shop\"} 3",
                        "c_sum{job=\"shop\"} 4.5");
    }

    @Test
    void shouldNotTakeAMissingSumForAReset() {
        HistogramDataPoint withSum = histogram(BOUNDS, new long[] {0, 2, 0, 0}, 1.5, 1001, 1002);
        HistogramDataPoint without = histogram(BOUNDS, new long[] {0, 3, 0, 0}, 0, 1001, 1003).toBuilder()
                .clearSum()
                .build();
        accept(histogram("a", CUMULATIVE, withSum));
        accept(histogram("a", CUMULATIVE, without));
        accept(histogram("a", CUMULATIVE, histogram(BOUNDS, new long[] {0, 4, 0, 0}, 3, 1001, 1004)));
        accept(exponential("b", CUMULATIVE, exponential(0, 0, new long[] {1}, 1.5, 1001, 1002)));
        accept(exponential(
                "b",
                CUMULATIVE,
                exponential(0, 0, new long[] {3}, 0, 1001, 1003).clearSum()));
        accept(exponential("b", CUMULATIVE, exponential(0, 0, new long[] {4}, 6, 1001, 1004)));

        assertThat(samples())
                .contains(
                        "a_count{job=\"shop\"} 4",
                        "a_sum{job=\"shop\"} 3.0",
                        "b_count{job=\"shop\"} 4",
                        "b_sum{job=\"shop\"} 6.0");
    }

    @Test
    void shouldAcceptMetricsWithoutPointsAndFieldsThatItIgnores() {
        accept(
                Metric.newBuilder().setName("nothing").build(),
                counter("no.points", DELTA),
                histogram("no.points.either", CUMULATIVE));
        accept(
                histogram(
                        "size",
                        DELTA,
                        histogram(BOUNDS, new long[] {0, 2, 0, 0}, 1.5, 1001, 1002).toBuilder()
                                .setMin(0.5)
                                .setMax(1)
                                .addExemplars(Exemplar.newBuilder().setAsDouble(1))
                                .build()),
                gauge("level", whole(-3, 0, 1002)));

        assertThat(samples())
                .contains("size_count{job=\"shop\"} 2", "level{job=\"shop\"} -3.0")
                .noneMatch(sample -> sample.startsWith("no"));
        assertThat(receiver.streams()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {-11, -10, -5, 0, 3, 8, 9, 15, 20})
    void shouldKeepCountAndSumOfEachScale(int scale) {
        int[] offsets = {0, -3, 1 << 30, -(1 << 30)};
        for (int i = 0; i < offsets.length; i++) {
            accept(exponential(
                    "size",
                    DELTA,
                    exponential(scale, offsets[i], new long[] {1, 0, 2}, 4.5, 1001 + i, 1002 + i)
                            .setZeroCount(1)
                            .setCount(4)
                            .setZeroThreshold(i * 1e-3)
                            .setMin(0)
                            .setMax(2)));
        }

        assertThat(samples()).contains("size_count{job=\"shop\"} 16", "size_sum{job=\"shop\"} 18.0");
    }

    @Test
    void shouldLimitTheMemoryOfTexts() {
        String text = "x".repeat(1_000);
        Object[] attributes = IntStream.range(0, 20)
                .boxed()
                .flatMap(i -> Stream.of("key" + i, text))
                .toArray();
        reject(Rejection.LABEL, counter("a", DELTA, whole(1, 1, 2, attributes)));
        accept(counter("a", DELTA, whole(1, 1, 2)).toBuilder()
                .setDescription("y".repeat(1 << 20))
                .build());
        ExportMetricsPartialSuccess answer = send(request(counter("z".repeat(1 << 20), DELTA, whole(1, 1, 2))));

        assertThat(answer.getErrorMessage()).startsWith("name: zzz").hasSizeLessThan(500);
        assertThat(registry.scrape()).contains("yyy").hasSizeLessThan(3_000);
    }

    @Test
    void shouldLimitTheAttributesOfAPoint() {
        Object[] attributes = IntStream.range(0, 129)
                .boxed()
                .flatMap(i -> Stream.of("key" + i, ""))
                .toArray();
        reject(Rejection.LABEL, counter("a", DELTA, whole(1, 1, 2, attributes)));
        accept(counter("a", DELTA, whole(1, 1, 2, Arrays.copyOf(attributes, 256))));

        assertSamples("a_total{job=\"shop\"} 1.0");
    }

    /** Each must not cost the attributes of the resource again, and not the number of families: this would take minutes. */
    @Test
    @Timeout(20)
    void shouldReceiveManyScopesAndFamilies() {
        receiver = receiver(100_000, List.of());
        ResourceMetrics.Builder resource = ResourceMetrics.newBuilder();
        for (int i = 0; i < 20_000; i++) {
            resource.getResourceBuilder()
                    .addAttributes(attributes("key" + i, "value").getFirst());
        }
        for (int i = 0; i < 20_000; i++) {
            resource.addScopeMetricsBuilder()
                    .addMetrics(counter("family" + i, DELTA, whole(1, 1, 2)))
                    .getScopeBuilder()
                    .setName("scope" + i);
        }

        accept(ExportMetricsServiceRequest.newBuilder()
                .addResourceMetrics(resource)
                .build());

        assertThat(receiver.streams()).isEqualTo(20_000);
    }

    @Test
    void shouldShowSomeOfManyBounds() {
        double[] bounds = IntStream.range(0, 1_000).asDoubleStream().toArray();
        accept(histogram("size", DELTA, histogram(bounds, new long[1_001], 0, 1001, 1002)));

        ExportMetricsPartialSuccess answer =
                send(request(histogram("size", DELTA, histogram(BOUNDS, new long[4], 0, 1001, 1002))));

        assertThat(answer.getErrorMessage())
                .contains("must be the 1000 of its first point, [0.0, 1.0, 2.0, ")
                .endsWith(", 19.0, ...]");
    }

    @Test
    void shouldRejectTheLabelOfBuckets() {
        reject(Rejection.LABEL, histogram("a", DELTA, histogram(BOUNDS, new long[4], 0, 1001, 1002, "le", "1")));
        accept(counter("b", DELTA, whole(1, 1001, 1002, "le", "1")));

        assertSamples("b_total{job=\"shop\",le=\"1\"} 1.0");
    }

    @Test
    void shouldAddPointsOfOneStreamFromManyThreads() throws InterruptedException {
        int threads = 8;
        int points = 2_000;
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int sender = i;
            senders.add(Thread.ofPlatform().start(() -> {
                for (int n = 0; n < points; n++) {
                    long time = 2_000L + (long) n * threads + sender;
                    receiver.receive(request(
                            counter("delta", DELTA, whole(2, time - 1, time)),
                            counter("totals", CUMULATIVE, whole(time, 1_001, time)),
                            histogram("size", DELTA, histogram(BOUNDS, new long[] {0, 1, 0, 1}, 12.5, time - 1, time)),
                            histogram(
                                    "sizes",
                                    CUMULATIVE,
                                    histogram(BOUNDS, new long[] {0, time, 0, time}, time, 1_001, time))));
                }
            }));
        }
        for (Thread sender : senders) {
            sender.join();
        }

        long all = (long) threads * points;
        long last = 2_000 + all - 1;
        assertThat(samples())
                .contains(
                        "delta_total{job=\"shop\"} " + 2.0 * all,
                        "totals_total{job=\"shop\"} " + (double) last,
                        "size_count{job=\"shop\"} " + 2 * all,
                        "size_sum{job=\"shop\"} " + 12.5 * all,
                        "sizes_count{job=\"shop\"} " + 2 * last,
                        "sizes_sum{job=\"shop\"} " + (double) last);
        assertThat(receiver.rejected(Rejection.DUPLICATE)).isZero();
        assertThat(receiver.added() + receiver.rejected(Rejection.STALE)).isEqualTo(4 * all);
    }

    @Test
    void shouldLimitStreams() {
        receiver = receiver(2, List.of());
        accept(counter("a", DELTA, whole(1, 1, 2), whole(1, 1, 2, "x", "1")));
        reject(Rejection.STREAMS, counter("a", DELTA, whole(1, 1, 2, "x", "2")));
        accept(counter("a", DELTA, whole(1, 2, 3)));

        nowMillis.addAndGet(Duration.ofMinutes(11).toMillis());
        receiver.expire();
        accept(counter("a", DELTA, whole(1, 1, 2, "x", "2")));

        assertThat(receiver.streams()).isEqualTo(1);
    }

    @Test
    void shouldNotCountAStreamTwiceThatReturnsAfterItExpired() {
        accept(counter("a", CUMULATIVE, whole(5, 1001, 1002)));
        nowMillis.addAndGet(Duration.ofMinutes(11).toMillis());
        receiver.expire();
        accept(counter("a", CUMULATIVE, whole(6, 1001, 1700)));
        accept(counter("a", CUMULATIVE, whole(8, 1001, 1701)));

        assertSamples("a_total{job=\"shop\"} 7.0");
    }

    @Test
    void shouldTakeTheFirstTotalWholeAfterAnotherStreamExpired() {
        accept(counter("a", CUMULATIVE, whole(5, 900, 1002)));
        nowMillis.addAndGet(Duration.ofMinutes(11).toMillis());
        receiver.expire();
        accept(counter("a", CUMULATIVE, whole(6, 1003, 1700, "later", "1")));

        assertSamples("a_total{job=\"shop\"} 0.0", "a_total{job=\"shop\",later=\"1\"} 6.0");
    }

    /** The receiver expects the points of a metric in the order of the last request. */
    @Test
    void shouldFindStreamsInAnyOrder() {
        Random random = new Random(1);
        List<Integer> order = new ArrayList<>(IntStream.range(0, 50).boxed().toList());
        long[] totals = new long[50];
        for (int request = 0; request < 60; request++) {
            if (request % 5 == 0) {
                Collections.shuffle(order, random);
            }
            if (request % 20 == 10) {
                nowMillis.addAndGet(Duration.ofMinutes(11).toMillis());
                receiver.expire();
                assertThat(receiver.streams()).isZero();
            }
            List<NumberDataPoint> points = new ArrayList<>();
            for (int i : order) {
                if (random.nextInt(4) != 0) {
                    totals[i] += i;
                    points.add(
                            i % 2 == 0
                                    ? whole(i, 1001 + request, 1002 + request, "n", (long) i)
                                    : whole(i, 1001 + request, 1002 + request, "n", "" + i, "odd", true));
                }
            }
            accept(counter("a", DELTA, points.toArray(NumberDataPoint[]::new)));
        }

        assertThat(samples())
                .containsExactlyInAnyOrder(IntStream.range(0, 50)
                        .mapToObj(i -> "a_total{job=\"shop\",n=\"" + i + (i % 2 == 0 ? "" : "\",odd=\"true") + "\"} "
                                + (double) totals[i])
                        .toArray(String[]::new));
    }

    @Test
    void shouldKeepNoNodesWithoutStreams() {
        accept(counter("a", DELTA, whole(1, 1, 2)));
        nowMillis.addAndGet(Duration.ofMinutes(11).toMillis());
        receiver.expire();

        assertThat(receiver.nodes()).isZero();
    }
}
