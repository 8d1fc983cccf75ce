package dev.percpu.spring;

import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.PerCpuMeters;
import dev.percpu.scrape.IsolatingPrometheusRegistry;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.filter.reactive.ServerWebExchangeContextFilter;

/**
 * Auto-configuration of the registry in place of Spring Boot's Prometheus registry, which {@link BootRegistryFilter} removes.
 *
 * <p>Boot applies its own meter filters and customizers to this registry as to every other: common tags, histograms, objectives, enabled
 * meters. Exemplars have the {@link SpanContext} that Boot makes of a tracer.
 */
@AutoConfiguration(
        beforeName = {
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.actuate.autoconfigure.metrics.export.simple.SimpleMetricsExportAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration"
        },
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.metrics.MetricsAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration"
        })
@Conditional(OnExportEnabled.class)
@ConditionalOnBean(Clock.class)
class PerCpuMetricsAutoConfiguration {

    /**
     * Runs before other beans are created. It is declared before the beans of these types, so that its condition finds only those of the
     * application: they may have other settings, and the first registry's settings apply to the process.
     */
    @Bean
    @ConditionalOnMissingBean({PrometheusConfig.class, PerCpuMeterRegistry.class})
    static BeanFactoryPostProcessor perCpuBackgroundStart(ConfigurableEnvironment environment) {
        return beans -> BackgroundStart.begin(environment);
    }

    /** @throws InvalidSettingsException naming each value that is not allowed and each unknown key */
    @Bean
    EnvironmentSettings perCpuSettings(ConfigurableEnvironment environment) {
        return new EnvironmentSettings(environment);
    }

    @Bean
    @ConditionalOnMissingBean
    PrometheusConfig prometheusConfig(Environment environment) {
        return ExportConfig.bind(Binder.get(environment));
    }

    @Bean
    @ConditionalOnMissingBean
    PrometheusRegistry prometheusRegistry() {
        return new IsolatingPrometheusRegistry();
    }

    @Bean
    @ConditionalOnMissingBean
    PerCpuMeterRegistry perCpuMeterRegistry(
            EnvironmentSettings settings,
            PrometheusConfig config,
            PrometheusRegistry registry,
            Clock clock,
            ObjectProvider<SpanContext> spans) {
        PerCpuConfig own = config instanceof PerCpuConfig given ? given : new EnvironmentConfig(settings, config);
        return new PerCpuMeterRegistry(own, registry, clock, spans.getIfAvailable());
    }

    @Bean
    @ConditionalOnMissingBean
    PerCpuMeters perCpuMeters(PerCpuMeterRegistry registry) {
        return new PerCpuMeters(registry);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({ConditionalOnAvailableEndpoint.class, RequestContextHolder.class})
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnAvailableEndpoint(endpoint = ServletScrapeEndpoint.class)
    static class ServletEndpoint {
        @Bean
        @ConditionalOnMissingBean
        ServletScrapeEndpoint prometheusEndpoint(PerCpuMeterRegistry registry, PerCpuMeters meters) {
            return new ServletScrapeEndpoint(new ScrapeResponder(registry, meters));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    @ConditionalOnAvailableEndpoint(endpoint = ReactiveScrapeEndpoint.class)
    static class ReactiveEndpoint {
        @Bean
        @ConditionalOnMissingBean
        ReactiveScrapeEndpoint prometheusEndpoint(PerCpuMeterRegistry registry, PerCpuMeters meters) {
            return new ReactiveScrapeEndpoint(new ScrapeResponder(registry, meters));
        }

        @Bean
        @ConditionalOnMissingBean
        ServerWebExchangeContextFilter serverWebExchangeContextFilter() {
            return new ServerWebExchangeContextFilter();
        }
    }
}
