package dev.percpu.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.meter.ExemplarTest;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.Clock;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NegotiatedExemplarTest {

    @ParameterizedTest
    @EnumSource
    void shouldReachEveryClientWhoseFormatHasThem(Clients client) throws MalformedHeaderException {
        ScrapeType type = ScrapeType.choose(AcceptHeader.parse(client.accept())).orElseThrow();
        PerCpuMeterRegistry registry = new PerCpuMeterRegistry(
                PerCpuConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, ExemplarTest.SPANS);
        registry.counter("c").increment();

        String scrape = registry.scrape(type.contentType());
        registry.close();

        assertThat(scrape.contains("0000000000000002"))
                .as("%s in %s", scrape, type)
                .isEqualTo(!client.contentType().startsWith("text/plain"));
    }
}
