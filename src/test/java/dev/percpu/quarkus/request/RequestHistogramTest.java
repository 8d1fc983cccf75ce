package dev.percpu.quarkus.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.quarkus.QuarkusSettings;
import dev.percpu.quarkus.request.route.MethodLabel;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks the buckets of requests from the configuration to the snapshot. */
class RequestHistogramTest {

    @ParameterizedTest
    @CsvSource({"classic, true, false", "native, false, true", "both, true, true"})
    void shouldPublishTheConfiguredKindOfHistogram(String kind, boolean classic, boolean nativeBuckets) {
        HistogramDataPointSnapshot point = request(Map.of("percpu.requests.histogram", kind));

        assertThat(point.hasClassicHistogramData()).isEqualTo(classic);
        assertThat(point.hasNativeHistogramData()).isEqualTo(nativeBuckets);
        assertThat(point.getCount()).isEqualTo(1);
    }

    @Test
    void shouldPreferTheModeThatIsSetForTheMeter() {
        HistogramDataPointSnapshot point = request(Map.of(
                "percpu.requests.histogram",
                "native",
                "percpu.histogram.native.mode.http.server.requests",
                "classic",
                "percpu.histogram.native.mode.http",
                "both"));

        assertThat(point.hasClassicHistogramData()).isTrue();
        assertThat(point.hasNativeHistogramData()).isFalse();
    }

    @Test
    void shouldPreferTheRequestsHistogramToTheModeOfManyMeters() {
        HistogramDataPointSnapshot point =
                request(Map.of("percpu.requests.histogram", "native", "percpu.histogram.native.mode", "classic"));

        assertThat(point.hasClassicHistogramData()).isFalse();
        assertThat(point.hasNativeHistogramData()).isTrue();
    }

    @Test
    void shouldPublishOnlyTheBucketsOfObjectives() {
        HistogramDataPointSnapshot point = request(Map.of("percpu.requests.slo", "50ms,100ms"));

        assertThat(point.getClassicBuckets().stream().map(bucket -> bucket.getUpperBound()))
                .containsExactly(0.05, 0.1, Double.POSITIVE_INFINITY);
        assertThat(point.getClassicBuckets().getCount(1)).isEqualTo(1);
    }

    private static HistogramDataPointSnapshot request(Map<String, String> properties) {
        QuarkusSettings settings = QuarkusSettings.read(new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build());
        PerCpuMeterRegistry registry = new PerCpuMeterRegistry(settings.registryConfig());
        try {
            new RequestMeterFactory(registry, settings.requests(), Set.of())
                    .requests()
                    .find("/", null, null, null, 200)
                    .findOrRegister(MethodLabel.GET, 200, Tags.empty())
                    .record(Duration.ofMillis(70));
            return registry.getPrometheusRegistry().scrape("http_server_requests_seconds"::equals).stream()
                    .map(HistogramSnapshot.class::cast)
                    .findFirst()
                    .orElseThrow()
                    .getDataPoints()
                    .getFirst();
        } finally {
            registry.close();
        }
    }
}
