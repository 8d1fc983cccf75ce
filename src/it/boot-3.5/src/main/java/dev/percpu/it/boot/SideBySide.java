package dev.percpu.it.boot;

import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Micrometer's registry beside that of this project: Boot puts both into a composite. */
@Configuration(proxyBeanMethods = false)
@Profile("side-by-side")
class SideBySide {
    /** With a PrometheusRegistry of its own: the bean belongs to the other registry. */
    @Bean
    PrometheusMeterRegistry besides(PrometheusConfig config, Clock clock) {
        return new PrometheusMeterRegistry(config, new PrometheusRegistry(), clock);
    }

    @RestController
    @Profile("side-by-side")
    static class Endpoint {
        private final PrometheusMeterRegistry registry;

        Endpoint(PrometheusMeterRegistry registry) {
            this.registry = registry;
        }

        @GetMapping("/besides")
        String scrape() {
            return registry.scrape();
        }
    }
}
