package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.Sum;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OTLP at load, with scrapes meanwhile: totals are exact, and memory is bounded. */
@Tag("acceptance")
class OtlpLoadTest {
    private static final int CONNECTIONS = 10;
    private static final int REQUESTS = 100;
    private static final int SERIES = 50;

    /** Points of a request: one counter and one histogram per sender of a series. */
    private static final int POINTS = 1_000;

    private static final AggregationTemporality DELTA = AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;
    private static final Duration SOAK = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private static KeyValue attribute(String key, String value) {
        return KeyValue.newBuilder()
                .setKey(key)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    /**
     * Returns a request of 1,000 points.
     *
     * @param number number of the request on its connection
     * @param unique appended to the routes
     */
    private static byte[] request(int connection, int number, String unique) {
        Sum.Builder sum = Sum.newBuilder().setIsMonotonic(true).setAggregationTemporality(DELTA);
        Histogram.Builder histogram = Histogram.newBuilder().setAggregationTemporality(DELTA);
        for (int i = 0; i < POINTS / 2; i++) {
            List<KeyValue> attributes =
                    List.of(attribute("http.route", "/items/" + i % SERIES + unique), attribute("dropped", ""));
            // The same route comes several times in a request, with another time.
            long start = 1L + number * 1_000_000_000L + i;
            sum.addDataPoints(NumberDataPoint.newBuilder()
                    .addAllAttributes(attributes)
                    .setStartTimeUnixNano(start)
                    .setTimeUnixNano(start + 1_000_000)
                    .setAsInt(3));
            histogram.addDataPoints(HistogramDataPoint.newBuilder()
                    .addAllAttributes(attributes)
                    .setStartTimeUnixNano(start)
                    .setTimeUnixNano(start + 1_000_000)
                    .addAllExplicitBounds(List.of(1.0, 5.0, 10.0))
                    .addAllBucketCounts(List.of(1L, 2L, 3L, 4L))
                    .setCount(10)
                    .setSum(40));
        }
        ResourceMetrics.Builder resource = ResourceMetrics.newBuilder();
        resource.getResourceBuilder()
                .addAttributes(attribute("service.name", "load"))
                .addAttributes(attribute("service.instance.id", "load-" + connection));
        resource.addScopeMetricsBuilder()
                .addMetrics(Metric.newBuilder().setName("load.requests").setSum(sum))
                .addMetrics(Metric.newBuilder()
                        .setName("load.duration")
                        .setUnit("s")
                        .setHistogram(histogram));
        return ExportMetricsServiceRequest.newBuilder()
                .addResourceMetrics(resource)
                .build()
                .toByteArray();
    }

    private static void send(HttpClient client, URI service, byte[] body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(service.resolve("/v1/metrics"))
                .header("Content-Type", "application/x-protobuf")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        int status;
        do {
            status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } while (status == 503);
        assertThat(status).isEqualTo(200);
    }

    private static double sumOf(String scrape, String name) {
        return scrape.lines()
                .filter(line -> line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void shouldAddAMillionPointsExactly() throws Exception {
        try (ServiceProcess service = ServiceProcess.start(
                        directory, "percpu.ingest.otlp.enabled=true", "percpu.ingest.otlp.names=underscores");
                ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<Future<?>> senders = new ArrayList<>();
            long begin = System.nanoTime();
            for (int i = 0; i < CONNECTIONS; i++) {
                int connection = i;
                senders.add(threads.submit(() -> {
                    try (HttpClient client = HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .build()) {
                        for (int number = 0; number < REQUESTS; number++) {
                            send(client, service.application(), request(connection, number, ""));
                        }
                    }
                    return null;
                }));
            }
            int scrapes = 0;
            while (!senders.stream().allMatch(Future::isDone)) {
                String scrape = service.scrape("/q/metrics", "text/plain");
                // Each count comes with its share of the sum: all points have the mean 4.
                assertThat(sumOf(scrape, "load_duration_seconds_sum"))
                        .isEqualTo(4 * sumOf(scrape, "load_duration_seconds_count"));
                scrapes++;
            }
            for (Future<?> sender : senders) {
                sender.get();
            }

            double half = CONNECTIONS * REQUESTS * POINTS / 2.0;
            String scrape = service.scrape("/q/metrics", "text/plain");
            assertThat(sumOf(scrape, "load_requests_total")).isEqualTo(3 * half);
            assertThat(sumOf(scrape, "load_duration_seconds_count")).isEqualTo(10 * half);
            assertThat(sumOf(scrape, "load_duration_seconds_sum")).isEqualTo(40 * half);
            assertThat(scrape.lines()
                            .filter(line -> line.startsWith("load_duration_seconds_bucket{"))
                            .filter(line -> line.contains("le=\"5.0\""))
                            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                            .sum())
                    .isEqualTo(3 * half);
            assertThat(scrape)
                    .contains("percpu_ingest_samples_total{protocol=\"otlp\"} " + 2 * half + "\n")
                    .contains("percpu_ingest_ignored_total{kind=\"duplicate\",protocol=\"otlp\"} 0.0\n");
            assertThat(scrapes).isPositive();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMinutes(5));
        }
    }

    /** Senders with known and with ever new streams, most of which are rejected. */
    @Test
    void shouldKeepItsMemory() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        try (ServiceProcess service = ServiceProcess.start(
                        directory,
                        command -> {
                            List<String> limited = new ArrayList<>(command);
                            limited.add(1, "-Xmx128m");
                            limited.add(1, "-Xms128m");
                            limited.add(1, "-XX:+AlwaysPreTouch");
                            return limited;
                        },
                        "percpu.ingest.otlp.enabled=true",
                        "percpu.ingest.otlp.max-streams=5000",
                        "percpu.ingest.otlp.stream-expiry=5s",
                        "percpu.series.max=2000");
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> senders = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int connection = i;
                senders.add(threads.submit(() -> {
                    try (HttpClient client = HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .build()) {
                        for (int number = 0; !stop.get(); number++) {
                            String unique = connection % 2 == 0 ? "" : "-" + number;
                            send(client, service.application(), request(connection, number, unique));
                        }
                    }
                    return null;
                }));
            }
            long end = System.nanoTime() + SOAK.toNanos();
            long warm = 0;
            long last = 0;
            while (System.nanoTime() < end) {
                Thread.sleep(1_000);
                service.scrape("/q/metrics", "text/plain");
                last = ProcessUsage.status(service.pid(), "VmRSS");
                if (warm == 0 && System.nanoTime() > end - SOAK.toNanos() * 2 / 3) {
                    warm = last;
                }
            }
            stop.set(true);
            for (Future<?> sender : senders) {
                sender.get();
            }
            assertThat(last).as("kB after a third, and now").isLessThan(warm + warm / 10);
        } finally {
            stop.set(true);
        }
    }
}
