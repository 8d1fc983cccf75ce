package dev.percpu.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.parity.Peers;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Compares scrapes, and what the Prometheus client writes for the same values, with files of the source tree. A change of our writer or of
 * the client's version shows as a difference.
 *
 * <p>To update the files: run this test, review the differences, and copy {@code target/golden/*} to
 * {@code src/test/resources/dev/percpu/scrape}.
 */
class GoldenScrapeTest {
    private static final String AWKWARD = "/\"quoted\"\\back\nnext line/\u00e4\u20ac";

    private final MockClock clock = new MockClock();
    private final PrometheusRegistry collectors = new PrometheusRegistry();
    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry(PerCpuConfig.DEFAULT, collectors, clock);

    @BeforeEach
    void record() {
        for (String uri : new String[] {"/items", AWKWARD}) {
            Counter.builder("calls")
                    .description("How often it was called,\nin two \"lines\" and a back\\slash")
                    .tag("uri", uri)
                    .tag("method", "GET")
                    .register(registry)
                    .increment(12_345_678);
        }
        registry.counter("weight").increment(0.1);
        Timer timer = Timer.builder("latency").tag("uri", AWKWARD).register(registry);
        timer.record(Duration.ofNanos(123_456_789));
        timer.record(Duration.ofNanos(1));
        registry.timer("idle");
        Timer buckets = Timer.builder("buckets")
                .description("A histogram")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(5))
                .maximumExpectedValue(Duration.ofMillis(20))
                .register(registry);
        for (int millis = 1; millis <= 40; millis *= 2) {
            buckets.record(Duration.ofMillis(millis));
        }
        DistributionSummary sizes = DistributionSummary.builder("sizes")
                .baseUnit("bytes")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        for (int i = 1; i <= 100; i++) {
            sizes.record(i * 10);
        }
        Gauge.builder("temperature", () -> -2.5e-7).description("Outside").register(registry);
        Gauge.builder("unknown", () -> Double.NaN).register(registry);
        Gauge.builder("app.info", () -> 1).tag("version", "1.2").register(registry);
        LongTaskTimer.builder("export").tag("kind", "full").register(registry).start();
        clock.add(Duration.ofMillis(4_250));
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {Peers.TEXT + "|golden.prom", Peers.OPEN_METRICS + "|golden.openmetrics"})
    void shouldWriteTheBytesOfTheGoldenFile(String format, String file) throws IOException {
        ByteArrayOutputStream client = new ByteArrayOutputStream();
        ExpositionFormats.init().findWriter(format).write(client, collectors.scrape());
        byte[] scrape = registry.scrape(format).getBytes(StandardCharsets.UTF_8);
        Files.write(Files.createDirectories(Path.of("target/golden")).resolve(file), scrape);

        String golden = golden(file);
        assertThat(new String(scrape, StandardCharsets.UTF_8))
                .as("the scrape, written to target/golden/%s", file)
                .isEqualTo(golden);
        assertThat(client.toString(StandardCharsets.UTF_8))
                .as("the text of the Prometheus client")
                .isEqualTo(golden);
    }

    private static String golden(String file) throws IOException {
        try (InputStream in = GoldenScrapeTest.class.getResourceAsStream(file)) {
            return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
