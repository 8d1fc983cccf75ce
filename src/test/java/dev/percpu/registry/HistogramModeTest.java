package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.percpu.meter.ExemplarTest;
import dev.percpu.parity.ParityCase;
import dev.percpu.parity.Peers;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.InvalidConfigurationException;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.expositionformats.PrometheusProtobufWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which meters get a native histogram, and how each format writes it. */
class HistogramModeTest {
    private static final String BUCKET = "t_seconds_bucket{";

    private @Nullable PerCpuMeterRegistry registry;

    private PerCpuMeterRegistry registry(Map<String, String> settings, @Nullable SpanContext spans) {
        PerCpuConfig config = settings::get;
        registry = new PerCpuMeterRegistry(config, new PrometheusRegistry(), new MockClock(), spans);
        return registry;
    }

    private PerCpuMeterRegistry registry(String mode) {
        return registry(Map.of("percpu.histogram.native.mode", mode), null);
    }

    @AfterEach
    void close() {
        if (registry != null) {
            registry.close();
        }
    }

    @Test
    void shouldUseClassicBucketsByDefault() {
        PerCpuMeterRegistry usual = registry(Map.of(), null);
        timer(usual).record(Duration.ofMillis(20));

        assertThat(usual.scrape()).contains(BUCKET + "le=\"0.001\"} 0", BUCKET + "le=\"+Inf\"} 1");
        assertThat(protobuf(usual)).doesNotContain("schema", "positive_span");
    }

    @Test
    void shouldWriteANativeHistogramInProtobufAndItsCountAndSumInText() {
        PerCpuMeterRegistry nativeOnly = registry("native");
        Timer timer = timer(nativeOnly);
        timer.record(Duration.ofNanos(100)); // below the zero threshold of 2^-15 s
        timer.record(Duration.ofMillis(20));
        timer.record(Duration.ofNanos(19_500_000));
        timer.record(Duration.ofMillis(500)); // a bucket bound

        assertThat(nativeOnly.scrape()).contains("# TYPE t_seconds histogram\n", """
                t_seconds_bucket{le="+Inf"} 4
                t_seconds_count 4
                t_seconds_sum 0.5395001
                """);
        assertThat(nativeOnly.scrape(Peers.OPEN_METRICS)).contains("# TYPE t_seconds histogram\n", """
                t_seconds_bucket{le="+Inf"} 4
                t_seconds_count 4
                t_seconds_sum 0.5395001
                """);
        // 20 ms and 19.5 ms are in (2^(-46/8), 2^(-45/8)]; 2^(-8/8) is 500 ms
        assertThat(protobuf(nativeOnly)).contains("""
                sample_count: 4 sample_sum: 0.5395001 schema: 3 zero_threshold: 3.0517578125E-5 zero_count: 1 \
                positive_span { offset: -45 length: 1 } positive_span { offset: 36 length: 1 } \
                positive_delta: 2 positive_delta: -1""").doesNotContain("upper_bound");
    }

    @Test
    void shouldWriteBothKindsInModeBoth() {
        PerCpuMeterRegistry both = registry("both");
        timer(both).record(Duration.ofMillis(20));

        assertThat(both.scrape()).contains(BUCKET + "le=\"0.001\"} 0", BUCKET + "le=\"+Inf\"} 1");
        assertThat(protobuf(both)).contains("schema: 3", "positive_span", "upper_bound: 0.001");
    }

    @Test
    void shouldWriteTheSameClassicBucketsAsWithoutANativeHistogram() {
        String[] scrapes = new String[2];
        String[] modes = {"classic", "both"};
        for (int i = 0; i < modes.length; i++) {
            PerCpuMeterRegistry one = registry(modes[i]);
            ParityCase.recordInto(timer(one));
            ParityCase.recordInto(summary(one));
            scrapes[i] = one.scrape();
            one.close();
        }

        assertThat(scrapes[1]).isEqualTo(scrapes[0]);
    }

    @Test
    void shouldKeepObjectivesAsClassicBuckets() {
        PerCpuMeterRegistry nativeOnly = registry("native");
        Timer.builder("t")
                .publishPercentileHistogram()
                .serviceLevelObjectives(Duration.ofMillis(77))
                .register(nativeOnly)
                .record(Duration.ofMillis(77));
        Timer.builder("u")
                .serviceLevelObjectives(Duration.ofMillis(88))
                .register(nativeOnly)
                .record(Duration.ofMillis(88));

        assertThat(nativeOnly.scrape()).contains("""
                t_seconds_bucket{le="0.077"} 1
                t_seconds_bucket{le="+Inf"} 1
                """, """
                u_seconds_bucket{le="0.088"} 1
                u_seconds_bucket{le="+Inf"} 1
                """);
        assertThat(protobuf(nativeOnly)).containsOnlyOnce("schema");
    }

    @Test
    void shouldPreferTheLongestPrefixOfTheName() {
        PerCpuMeterRegistry some = registry(
                Map.of(
                        "percpu.histogram.native.mode.http", "native",
                        "percpu.histogram.native.mode.http.client", "both",
                        "percpu.histogram.native.schema.http.server", "1"),
                null);
        for (String name : new String[] {"http.server.requests", "http.client.requests", "https.requests"}) {
            Timer.builder(name).publishPercentileHistogram().register(some).record(Duration.ofMillis(20));
        }

        assertThat(some.scrape())
                .doesNotContain("http_server_requests_seconds_bucket{le=\"0.001\"}")
                .contains("http_client_requests_seconds_bucket{le=\"0.001\"}")
                .contains("https_requests_seconds_bucket{le=\"0.001\"}");
        assertThat(protobuf(some)).containsOnlyOnce("schema: 1").containsOnlyOnce("schema: 3");
    }

    @ParameterizedTest
    @CsvSource({
        "percpu.histogram.native.mode, sparse, 'classic, native or both'",
        "percpu.histogram.native.schema, 9, a whole number from -4 to 8",
        "percpu.histogram.native.schema, 1.5, a whole number from -4 to 8",
        "percpu.histogram.native.max-buckets, 9, a whole number from 10 to 2000",
        "percpu.histogram.native.max-buckets, 2001, a whole number from 10 to 2000",
        "percpu.histogram.native.zero-threshold, 0, auto or a number above 0",
        "percpu.histogram.native.zero-threshold, -1, auto or a number above 0",
        "percpu.histogram.native.zero-threshold, NaN, auto or a number above 0"
    })
    void shouldRejectAValueNamingKeyAllowedValuesAndValue(String key, String value, String allowed) {
        assertThatThrownBy(() -> registry(Map.of(key, value), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(key + " must be " + allowed + ", but was " + value);
        PerCpuMeterRegistry some = registry(Map.of(key + ".t", value), null);
        assertThatThrownBy(() -> timer(some))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(key + ".t must be " + allowed + ", but was " + value);
    }

    @Test
    void shouldReportPercentilesBesideANativeHistogram() {
        PerCpuMeterRegistry nativeOnly = registry("native");
        Timer timer = Timer.builder("t")
                .publishPercentileHistogram()
                .publishPercentiles(0.5, 0.99)
                .register(nativeOnly);
        for (int millis = 1; millis <= 1000; millis++) {
            timer.record(Duration.ofMillis(millis));
        }

        HistogramSnapshot snapshot = timer.takeSnapshot();
        ValueAtPercentile[] percentiles = snapshot.percentileValues();
        assertThat(percentiles[0].value(TimeUnit.MILLISECONDS)).isCloseTo(500, within(500 / 16.0));
        assertThat(percentiles[1].value(TimeUnit.MILLISECONDS)).isCloseTo(990, within(990 / 16.0));
        assertThat(nativeOnly.scrape()).contains("t_seconds_count 1000");
        assertThat(protobuf(nativeOnly)).contains("schema: 3");
    }

    @Test
    void shouldReportTheBucketsOfANativeHistogramToMicrometer() {
        PerCpuMeterRegistry nativeOnly = registry("native");
        DistributionSummary summary = summary(nativeOnly);
        summary.record(1);
        summary.record(5);
        summary.record(1e20);

        HistogramSnapshot snapshot = summary.takeSnapshot();
        assertThat(snapshot.count()).isEqualTo(3);
        assertThat(snapshot.total()).isEqualTo(1e20);
        CountAtBucket[] counts = snapshot.histogramCounts();
        assertThat(counts).extracting(CountAtBucket::bucket).contains(1.0, 4.0, 8.0);
        assertThat(counts).filteredOn(it -> it.bucket() == 1).singleElement().returns(1.0, CountAtBucket::count);
        assertThat(counts).filteredOn(it -> it.bucket() == 4).singleElement().returns(1.0, CountAtBucket::count);
        assertThat(counts).filteredOn(it -> it.bucket() == 8).singleElement().returns(2.0, CountAtBucket::count);
    }

    @Test
    void shouldCountAmountsAboveTheRangeInTheLastBucketOfTheirPowerOfTwo() {
        PerCpuMeterRegistry nativeOnly = registry("native");
        Timer timer = timer(nativeOnly);
        timer.record(Duration.ofSeconds(70)); // in (64, 128]
        timer.record(Duration.ofSeconds(128));
        timer.record(Long.MAX_VALUE, TimeUnit.NANOSECONDS); // 2^33.1 s
        DistributionSummary summary = summary(nativeOnly);
        summary.record(0x1p39); // the last expected power of two
        summary.record(0x1.8p45);
        summary.record(1e300);

        assertThat(protobuf(nativeOnly))
                .contains("schema: 3", "positive_span { offset: 56 length: 1 } positive_span { offset: 215 length: 1 }")
                .contains("positive_delta: 2 positive_delta: -1")
                .contains("schema: 2", "positive_span { offset: 156 length: 1 }")
                .contains("positive_span { offset: 27 length: 1 } positive_span { offset: 3912 length: 1 }");
    }

    @Test
    void shouldRejectExpectedValuesThatAreNaN() {
        DistributionSummary.Builder builder =
                DistributionSummary.builder("s").publishPercentileHistogram().minimumExpectedValue(Double.NaN);
        PerCpuMeterRegistry nativeOnly = registry("native");

        assertThatThrownBy(() -> builder.register(nativeOnly))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("NaN");
    }

    @Test
    void shouldSampleExemplarsOfANativeHistogram() {
        PerCpuMeterRegistry nativeOnly = registry(Map.of("percpu.histogram.native.mode", "native"), ExemplarTest.SPANS);
        timer(nativeOnly).record(Duration.ofMillis(1500));

        assertThat(nativeOnly.scrape(Peers.OPEN_METRICS))
                .contains("t_seconds_bucket{le=\"+Inf\"} 1 " + ExemplarTest.SPAN + "1.5");
        assertThat(protobuf(nativeOnly)).contains("exemplar {", "value: 1.5", "upper_bound: inf");
    }

    private static Timer timer(PerCpuMeterRegistry in) {
        return Timer.builder("t").publishPercentileHistogram().register(in);
    }

    private static DistributionSummary summary(PerCpuMeterRegistry in) {
        return DistributionSummary.builder("s").publishPercentileHistogram().register(in);
    }

    /** Returns the text in one line. */
    private static String protobuf(PerCpuMeterRegistry of) {
        PrometheusProtobufWriter writer = ExpositionFormats.init().getPrometheusProtobufWriter();
        return writer.toDebugString(of.getPrometheusRegistry().scrape()).replaceAll("\\s+", " ");
    }
}
