package dev.percpu.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.meter.ExemplarTest;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.settings.Compression;
import io.micrometer.core.instrument.Clock;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NegotiatedExemplarTest {

    @ParameterizedTest
    @EnumSource
    void shouldWriteExemplarsForEveryClientThatSelectsAFormatWithExemplars(Clients client) throws IOException {
        ScrapeNegotiation.Result result =
                new ScrapeNegotiation(Compression.OFF).negotiate(List.of(client.accept()), null);
        assertThat(result).isInstanceOf(ScrapeNegotiation.Accepted.class);
        ScrapeType type = ((ScrapeNegotiation.Accepted) result).type();
        PerCpuMeterRegistry registry = new PerCpuMeterRegistry(
                PerCpuConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, ExemplarTest.SPANS);
        registry.counter("c").increment();

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        registry.scrape(out, type, null);
        registry.close();
        String scrape = out.toString(StandardCharsets.UTF_8);

        assertThat(scrape.contains("0000000000000002"))
                .as("%s in %s", scrape, type)
                .isEqualTo(!client.contentType().startsWith("text/plain"));
    }
}
