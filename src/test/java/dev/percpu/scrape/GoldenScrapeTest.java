package dev.percpu.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.parity.Peers;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private final MockClock clock = new MockClock();
    private final PrometheusRegistry collectors = new PrometheusRegistry();
    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry(PerCpuConfig.DEFAULT, collectors, clock);

    @BeforeEach
    void record() {
        GoldenMeters.record(registry, clock);
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

        String golden = GoldenMeters.file(file);
        assertThat(new String(scrape, StandardCharsets.UTF_8))
                .as("the scrape, written to target/golden/%s", file)
                .isEqualTo(golden);
        assertThat(client.toString(StandardCharsets.UTF_8))
                .as("the text of the Prometheus client")
                .isEqualTo(golden);
    }
}
