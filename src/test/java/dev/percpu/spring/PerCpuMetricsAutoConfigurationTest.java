package dev.percpu.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.JavaProgram;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.scrape.IsolatingPrometheusRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.MetricsAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.tracing.prometheus.PrometheusExemplarsAutoConfiguration;
import org.springframework.boot.actuate.metrics.export.prometheus.PrometheusScrapeEndpoint;
import org.springframework.boot.autoconfigure.AutoConfigurationImportSelector;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.annotation.AnnotationAttributes;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.type.AnnotationMetadata;

/** The beans of a Spring Boot 3.5 application. The examples in {@code src/it} start whole applications, of Boot 4 too. */
class PerCpuMetricsAutoConfigurationTest {
    private static final Set<String> METRICS = Stream.of(
                    PerCpuMetricsAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class,
                    SimpleMetricsExportAutoConfiguration.class,
                    PrometheusMetricsExportAutoConfiguration.class,
                    PrometheusExemplarsAutoConfiguration.class)
            .map(Class::getName)
            .collect(Collectors.toSet());

    private static final String EXPOSED = "management.endpoints.web.exposure.include=prometheus";

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withUserConfiguration(Application.class)
            .withPropertyValues("percpu.native.required=true");

    private final WebApplicationContextRunner servlets =
            new WebApplicationContextRunner().withUserConfiguration(Application.class);

    private final ReactiveWebApplicationContextRunner webFlux =
            new ReactiveWebApplicationContextRunner().withUserConfiguration(Application.class);

    @Configuration(proxyBeanMethods = false)
    @Import(Candidates.class)
    static class Application {}

    /** Boot's selection of auto-configurations with its filters, from those of metrics only. */
    static final class Candidates extends AutoConfigurationImportSelector {
        @Override
        protected AnnotationAttributes getAttributes(AnnotationMetadata metadata) {
            return new AnnotationAttributes(Map.of("exclude", new String[0], "excludeName", new String[0]));
        }

        @Override
        protected List<String> getCandidateConfigurations(
                AnnotationMetadata metadata, AnnotationAttributes attributes) {
            List<String> all = super.getCandidateConfigurations(metadata, attributes);
            List<String> metrics = all.stream().filter(METRICS::contains).toList();
            assertThat(metrics).containsExactlyInAnyOrderElementsOf(METRICS);
            return metrics;
        }
    }

    @Test
    void shouldReplaceTheRegistryOfBoot() {
        application.run(context -> {
            assertThat(context).hasSingleBean(MeterRegistry.class).hasSingleBean(PerCpuMeterRegistry.class);
            assertThat(context).getBean(PrometheusRegistry.class).isInstanceOf(IsolatingPrometheusRegistry.class);
            assertThat(context).doesNotHaveBean(PrometheusMeterRegistry.class);
            assertThat(context.getBean(PerCpuMeterRegistry.class).getPrometheusRegistry())
                    .isSameAs(context.getBean(PrometheusRegistry.class));
            assertThat(context.getBean(PerCpuMeterRegistry.class).scrape()).contains("percpu_rseq_info");
        });
    }

    /** Other settings may be in a bean of the application, and those of the first registry apply to the process. */
    @Test
    void shouldPrepareTheProcessUnlessTheApplicationHasItsOwnSettings() {
        String name = "perCpuBackgroundStart";
        application.run(context -> assertThat(context).hasBean(name));
        application
                .withBean(PerCpuConfig.class, () -> PerCpuConfig.DEFAULT)
                .run(context -> assertThat(context).doesNotHaveBean(name));
        application
                .withBean(PrometheusConfig.class, () -> PrometheusConfig.DEFAULT)
                .run(context -> assertThat(context).doesNotHaveBean(name));
        application
                .withBean(PerCpuMeterRegistry.class, PerCpuMeterRegistry::new)
                .run(context -> assertThat(context).doesNotHaveBean(name));
    }

    /** Runs an application in a process of its own, with the arguments as properties. */
    static final class InNewProcess {
        public static void main(String[] arguments) {
            new ApplicationContextRunner()
                    .withUserConfiguration(Application.class)
                    .withPropertyValues(arguments)
                    .withBean(BeforeOtherBeans.class)
                    .run(context -> System.out.println(
                            context.getStartupFailure() == null
                                    ? "started"
                                    : NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure())
                                            .getMessage()));
        }
    }

    /** A bean factory post-processor runs before any other bean exists. */
    static final class BeforeOtherBeans implements BeanFactoryPostProcessor {
        @Override
        public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
            System.out.println(PerCpuMeterRegistry.prepareInBackground() ? "not prepared" : "prepared");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "percpu.metrics.enabled=true, prepared",
        "percpu.metrics.enabled=false, not prepared",
        "management.prometheus.metrics.export.enabled=false, not prepared"
    })
    void shouldPrepareTheProcessBeforeAnyBeanExists(String property, String expected) throws Exception {
        JavaProgram.Ended ended = new JavaProgram(InNewProcess.class)
                .classPath(System.getProperty("java.class.path"))
                .run(property);

        assertThat(ended.output().lines()).contains(expected, "started");
    }

    @Test
    void shouldReportAMissingLibraryWithTheBeanOfTheRegistry() throws Exception {
        JavaProgram.Ended ended = new JavaProgram(InNewProcess.class)
                .classPath(System.getProperty("java.class.path"))
                .run("percpu.native.dir=/no/such/folder", "percpu.native.required=true");

        assertThat(ended.output())
                .contains("prepared")
                .contains("/no/such/folder/libpercpu.so")
                .contains("there is no such readable file");
    }

    @Test
    void shouldReplaceTheEndpointOfBoot() {
        servlets.withPropertyValues(EXPOSED).run(context -> {
            assertThat(context).hasSingleBean(ServletScrapeEndpoint.class);
            assertThat(context).doesNotHaveBean(ReactiveScrapeEndpoint.class);
            assertThat(context).doesNotHaveBean(PrometheusScrapeEndpoint.class);
        });
        webFlux.withPropertyValues(EXPOSED).run(context -> {
            assertThat(context).hasSingleBean(ReactiveScrapeEndpoint.class);
            assertThat(context).doesNotHaveBean(ServletScrapeEndpoint.class);
            assertThat(context).doesNotHaveBean(PrometheusScrapeEndpoint.class);
        });
    }

    @Test
    void shouldHaveNoEndpointThatIsNotExposed() {
        servlets.run(context -> assertThat(context)
                .hasSingleBean(PerCpuMeterRegistry.class)
                .doesNotHaveBean(ServletScrapeEndpoint.class));
        webFlux.run(context -> assertThat(context)
                .hasSingleBean(PerCpuMeterRegistry.class)
                .doesNotHaveBean(ReactiveScrapeEndpoint.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "percpu.metrics.enabled=false",
                "percpu.metrics.enabled=FALSE",
                "spring.autoconfigure.exclude=dev.percpu.spring.PerCpuMetricsAutoConfiguration"
            })
    void shouldBringBackTheRegistryOfBoot(String property) {
        servlets.withPropertyValues(EXPOSED, property).run(context -> {
            assertThat(context).hasSingleBean(MeterRegistry.class).hasSingleBean(PrometheusMeterRegistry.class);
            assertThat(context).hasSingleBean(PrometheusScrapeEndpoint.class);
            assertThat(context).doesNotHaveBean(ServletScrapeEndpoint.class);
            assertThat(context).doesNotHaveBean(EnvironmentSettings.class);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "management.prometheus.metrics.export.enabled=false,",
        "management.defaults.metrics.export.enabled=false,",
        "management.prometheus.metrics.export.enabled=false, management.defaults.metrics.export.enabled=true"
    })
    void shouldExportNothingIfTheExportIsDisabled(String property, String other) {
        servlets.withPropertyValues(EXPOSED, property, other == null ? "a=b" : other)
                .run(context -> assertThat(context)
                        .doesNotHaveBean(PerCpuMeterRegistry.class)
                        .doesNotHaveBean(PrometheusMeterRegistry.class)
                        .doesNotHaveBean(ServletScrapeEndpoint.class));
    }

    @Test
    void shouldBeInACompositeWithARegistryOfTheApplication() {
        application
                .withBean(SimpleMeterRegistry.class, SimpleMeterRegistry::new)
                .run(context -> {
                    assertThat(context).getBean(MeterRegistry.class).isInstanceOf(CompositeMeterRegistry.class);
                    context.getBean(MeterRegistry.class).counter("both").increment();
                    assertThat(context.getBean(PerCpuMeterRegistry.class).scrape())
                            .contains("both_total 1.0");
                    assertThat(context.getBean(SimpleMeterRegistry.class)
                                    .counter("both")
                                    .count())
                            .isEqualTo(1);
                });
    }

    @Test
    void shouldApplyTheFiltersOfBoot() {
        application
                .withPropertyValues(
                        "management.metrics.tags.region=north",
                        "management.metrics.distribution.percentiles-histogram.many=true",
                        "management.metrics.distribution.slo.some=50ms,1s",
                        "management.metrics.distribution.percentiles.middle=0.5",
                        "management.metrics.enable.none=false")
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    for (String name : new String[] {"many", "some", "middle", "none"}) {
                        registry.timer(name).record(Duration.ofMillis(20));
                    }
                    assertThat(context.getBean(PerCpuMeterRegistry.class).scrape())
                            .contains("many_seconds_bucket{region=\"north\",le=\"0.001\"} 0")
                            .contains("some_seconds_bucket{region=\"north\",le=\"0.05\"} 1")
                            .contains("some_seconds_bucket{region=\"north\",le=\"1.0\"} 1")
                            .contains("middle_seconds{region=\"north\",quantile=\"0.5\"}")
                            .doesNotContain("none_seconds");
                });
    }

    @Test
    void shouldBindTheExportKeysOfBoot() {
        application
                .withPropertyValues(
                        "management.prometheus.metrics.export.step=17s",
                        "management.prometheus.metrics.export.descriptions=false",
                        "management.prometheus.metrics.export.properties.io.prometheus.exporter.exemplarsOnAllMetricTypes=true")
                .run(context -> {
                    PrometheusConfig config = context.getBean(PrometheusConfig.class);
                    assertThat(config.step()).isEqualTo(Duration.ofSeconds(17));
                    assertThat(config.descriptions()).isFalse();
                    assertThat(config.prometheusProperties())
                            .isEqualTo(properties("io.prometheus.exporter.exemplarsOnAllMetricTypes", "true"));
                    Timer.builder("t").description("Not shown").register(context.getBean(MeterRegistry.class));
                    assertThat(context.getBean(PerCpuMeterRegistry.class).scrape())
                            .contains("# TYPE t_seconds summary")
                            .doesNotContain("Not shown");
                });
    }

    @Test
    void shouldHaveTheDefaultsOfBoot() {
        application.run(context -> {
            PrometheusConfig config = context.getBean(PrometheusConfig.class);
            assertThat(config.step()).isEqualTo(Duration.ofMinutes(1));
            assertThat(config.descriptions()).isTrue();
            assertThat(config.prometheusProperties()).isNull();
        });
    }

    private static Properties properties(String key, String value) {
        Properties properties = new Properties();
        properties.setProperty(key, value);
        return properties;
    }

    @Test
    void shouldReadSettingsFromTheEnvironmentOfSpring() {
        application
                .withPropertyValues("limit=2", "percpu.series.max=${limit}")
                .withPropertyValues("management.metrics.enable.all=false", "management.metrics.enable.own=true")
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    for (int i = 0; i < 4; i++) {
                        registry.counter("own", "i", "" + i).increment();
                    }
                    assertThat(context.getBean(PerCpuMeterRegistry.class).scrape())
                            .contains("own_total{i=\"1\"} 1.0")
                            .contains("own_total{i=\"overflow\"} 2.0");
                });
    }

    @Test
    void shouldReadEnvironmentVariables() {
        application
                .withInitializer(context -> addVariables(
                        context.getEnvironment(), Map.of("PERCPU_HISTOGRAM_NATIVE_MAX_BUCKETS_DB_QUERY", "320")))
                .run(context -> assertThat(context.getBean(EnvironmentSettings.class)
                                .text("percpu.histogram.native.max-buckets.db.query"))
                        .isEqualTo("320"));
        application
                .withInitializer(
                        context -> addVariables(context.getEnvironment(), Map.of("PERCPU_METRICS_ENABLED", "false")))
                .run(context -> assertThat(context)
                        .hasSingleBean(PrometheusMeterRegistry.class)
                        .doesNotHaveBean(PerCpuMeterRegistry.class));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "percpu.series.maximum=5 | percpu.series.maximum is not a known key; the most similar key is percpu.series.max",
                "percpu.series.max=few | percpu.series.max must be a whole number from 1 to 2147483647, but was few",
                "percpu.metrics.enabled=perhaps | percpu.metrics.enabled must be true or false, but was perhaps",
                "percpu.histogram.native.mode.db=yes | percpu.histogram.native.mode.db must be classic, native or both, but was yes",
            })
    void shouldRejectAnUnknownKeyAndAValueThatIsNotAllowed(String property, String message) {
        application
                .withPropertyValues(property)
                .run(context -> assertThat(context)
                        .getFailure()
                        .extracting(NestedExceptionUtils::getMostSpecificCause, InstanceOfAssertFactories.THROWABLE)
                        .isInstanceOf(InvalidSettingsException.class)
                        .hasMessage("The configuration is invalid.\n  " + message));
    }

    @Test
    void shouldRejectAnUnknownEnvironmentVariable() {
        application
                .withInitializer(context -> addVariables(
                        context.getEnvironment(), Map.of("PERCPU_SERIES_MAXX", "5", "PERCPU_SERVICE_HOST", "10.0.0.1")))
                .run(context -> assertThat(context)
                        .getFailure()
                        .extracting(NestedExceptionUtils::getMostSpecificCause, InstanceOfAssertFactories.THROWABLE)
                        .hasMessage(
                                "The configuration is invalid.\n  the environment variable PERCPU_SERIES_MAXX is not a"
                                        + " known key; the most similar key is PERCPU_SERIES_MAX"));
    }

    private static void addVariables(ConfigurableEnvironment environment, Map<String, Object> variables) {
        environment.getPropertySources().addFirst(new SystemEnvironmentPropertySource("variables", variables));
    }

    @Test
    void shouldDescribeInvalidSettingsWithoutAStackTrace() {
        var failure = new IllegalStateException(new InvalidSettingsException(List.of("a is wrong", "b is")));

        assertThat(new InvalidSettingsAnalyzer().analyze(failure).getDescription())
                .isEqualTo("The configuration is invalid.\n  a is wrong\n  b is");
    }

    @Test
    void shouldUseTheBeansOfTheApplication() {
        PrometheusRegistry registry = new PrometheusRegistry();
        PrometheusConfig config = new PrometheusConfig() {
            @Override
            public String get(String key) {
                return null;
            }

            @Override
            public boolean descriptions() {
                return false;
            }
        };
        application
                .withBean(PrometheusRegistry.class, () -> registry)
                .withBean(PrometheusConfig.class, () -> config)
                .withPropertyValues("percpu.series.max=1")
                .run(context -> {
                    PerCpuMeterRegistry created = context.getBean(PerCpuMeterRegistry.class);
                    assertThat(created.getPrometheusRegistry()).isSameAs(registry);
                    created.counter("own", "i", "1").increment();
                    assertThat(created.scrape())
                            .contains("# HELP own_total  \n")
                            .contains("own_total{i=\"overflow\"} 1.0");
                });
    }

    @Test
    void shouldUseAPerCpuConfigOfTheApplicationAsItIs() {
        PerCpuConfig config = key -> key.equals("percpu.series.max") ? "100" : null;
        application
                .withBean(PerCpuConfig.class, () -> config)
                .withPropertyValues("percpu.series.max=1")
                .run(context -> {
                    context.getBean(MeterRegistry.class)
                            .counter("own", "i", "1")
                            .increment();
                    assertThat(context.getBean(PerCpuMeterRegistry.class).scrape())
                            .contains("own_total{i=\"1\"} 1.0");
                });
    }

    @Test
    void shouldAddExemplarsIfThereIsATracer() {
        application
                .withBean(Tracer.class, PerCpuMetricsAutoConfigurationTest::tracer)
                .run(context -> {
                    Tracer tracer = context.getBean(Tracer.class);
                    Span span = tracer.nextSpan().start();
                    try (var _ = tracer.withSpan(span)) {
                        context.getBean(MeterRegistry.class).counter("traced").increment();
                    }
                    assertThat(context.getBean(PerCpuMeterRegistry.class).scrape("application/openmetrics-text"))
                            .contains("traced_total 1.0 # {span_id=\""
                                    + span.context().spanId() + "\",trace_id=\""
                                    + span.context().traceId() + "\"} 1.0");
                });
    }

    private static Tracer tracer() {
        return new OtelTracer(
                SdkTracerProvider.builder().build().get("test"), new OtelCurrentTraceContext(), event -> {});
    }
}
