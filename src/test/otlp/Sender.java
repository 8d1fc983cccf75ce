import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Senders of metrics with the OpenTelemetry SDK, for OtlpSdkTest. Arguments: endpoint, delta or cumulative, number of senders. It obeys lines
 * of the standard input, and answers each with a line: "record N" makes N records on each sender, "flush" exports. At the end of the input,
 * the senders end as an application does.
 */
class Sender {
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("http.route");

    private final SdkMeterProvider provider;
    private final LongCounter requests;
    private final LongUpDownCounter active;
    private final DoubleHistogram duration;
    private final DoubleHistogram size;

    private Sender(String endpoint, boolean delta, int number) {
        OtlpHttpMetricExporter exporter = OtlpHttpMetricExporter.builder()
                .setEndpoint(endpoint)
                .addHeader("Authorization", "Bearer secret")
                .setCompression(number % 2 == 0 ? "gzip" : "none")
                .setTimeout(Duration.ofMinutes(1))
                // For a restart of the service, which takes some seconds.
                .setRetryPolicy(RetryPolicy.builder()
                        .setMaxAttempts(5)
                        .setInitialBackoff(Duration.ofSeconds(1))
                        .setBackoffMultiplier(2)
                        .setMaxBackoff(Duration.ofSeconds(10))
                        .build())
                .setAggregationTemporalitySelector(
                        delta
                                ? AggregationTemporalitySelector.deltaPreferred()
                                : AggregationTemporalitySelector.alwaysCumulative())
                .build();
        provider = SdkMeterProvider.builder()
                .setResource(Resource.create(Attributes.of(
                        AttributeKey.stringKey("service.name"),
                        "shop",
                        AttributeKey.stringKey("service.instance.id"),
                        "shop-" + number)))
                .registerMetricReader(PeriodicMetricReader.builder(exporter)
                        .setInterval(Duration.ofHours(1))
                        .build())
                .registerView(
                        InstrumentSelector.builder().setName("response.size").build(),
                        View.builder()
                                .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                                .build())
                .build();
        Meter meter = provider.get("sender");
        requests = meter.counterBuilder("http.server.requests")
                .setUnit("{request}")
                .build();
        active = meter.upDownCounterBuilder("http.server.active_requests").build();
        duration = meter.histogramBuilder("http.server.request.duration")
                .setUnit("s")
                .build();
        size = meter.histogramBuilder("response.size").setUnit("By").build();
    }

    private void record(int count) {
        Attributes items = Attributes.of(PATH, "/items/{id}");
        for (int i = 0; i < count; i++) {
            requests.add(1, items);
            active.add(i % 2 == 0 ? 2 : -1);
            duration.record(0.25 * (i % 100), items);
            size.record(1 + i % 1000, items);
        }
    }

    public static void main(String[] arguments) throws Exception {
        List<Sender> senders = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
            senders.add(new Sender(arguments[0], arguments[1].equals("delta"), i));
        }
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("flush")) {
                System.out.println(
                        senders.stream().map(sender -> sender.provider.forceFlush()).toList().stream()
                                        .allMatch(result -> result.join(60, TimeUnit.SECONDS)
                                                .isSuccess())
                                ? "ok"
                                : "failed");
            } else {
                int count = Integer.parseInt(line.split(" ")[1]);
                senders.parallelStream().forEach(sender -> sender.record(count));
                System.out.println("ok");
            }
        }
        senders.forEach(sender -> sender.provider.close());
    }
}
