package dev.percpu.parity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.NamingConvention;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares scrapes of names that only Prometheus 3 allows with those of the client's writers. */
class EscapingSchemeTest {
    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry();

    @BeforeEach
    void registerMeters() {
        registry.config().namingConvention(NamingConvention.identity);
        Counter.builder("caf\u00e9.guests").register(registry).increment(3);
        Counter.builder("plain_guests").tag("of_day", "1").register(registry).increment(4);
        Counter.builder("labelled").tag("of.day", "1").register(registry).increment(5);
        Timer.builder("caf\u00e9.stay")
                .serviceLevelObjectives(Duration.ofMinutes(30))
                .register(registry)
                .record(Duration.ofMinutes(20));
        registry.gauge("caf\u00e9.open", 1);
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldWriteTheSameBytesAsTheClientsWriters(EscapingScheme scheme) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create()
                .write(text, registry.getPrometheusRegistry().scrape(), scheme);
        ByteArrayOutputStream openMetrics = new ByteArrayOutputStream();
        OpenMetricsTextFormatWriter.create()
                .write(openMetrics, registry.getPrometheusRegistry().scrape(), scheme);

        assertThat(registry.scrape("text/plain; version=1.0.0" + scheme.toHeaderFormat()))
                .isEqualTo(text.toString(StandardCharsets.UTF_8));
        assertThat(registry.scrape("application/openmetrics-text" + scheme.toHeaderFormat()))
                .isEqualTo(openMetrics.toString(StandardCharsets.UTF_8));
    }

    @Test
    void shouldUseTheRequestedEscapingScheme() {
        assertThat(registry.scrape("text/plain; escaping=allow-utf-8").lines())
                .contains(
                        "{\"caf\u00e9.guests_total\"} 3.0",
                        "plain_guests_total{of_day=\"1\"} 4.0",
                        "labelled_total{\"of.day\"=\"1\"} 5.0");
        assertThat(registry.scrape("text/plain; escaping=dots").lines())
                .contains("caf___dot_guests_total 3.0", "plain__guests_total{of__day=\"1\"} 4.0");
        assertThat(registry.scrape("text/plain; escaping=values").lines())
                .contains("U__caf_e9__2e_guests_total 3.0", "plain_guests_total{of_day=\"1\"} 4.0");
        assertThat(registry.scrape("text/plain").lines())
                .contains("caf__guests_total 3.0", "labelled_total{of_day=\"1\"} 5.0");
    }
}
