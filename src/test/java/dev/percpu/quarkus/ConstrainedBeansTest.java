package dev.percpu.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.micrometer.runtime.MeterFilterConstraint;
import io.quarkus.micrometer.runtime.MeterRegistryCustomizer;
import io.quarkus.micrometer.runtime.MeterRegistryCustomizerConstraint;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.junit.jupiter.api.Test;

/** Applies filters and customizers that an application declares for this registry, and none that it declares for another. */
@QuarkusTest
@TestProfile(OptionalBeans.class)
class ConstrainedBeansTest {
    private static Meter.Id marked(Meter.Id id, String by) {
        return id.getName().equals("constrained") ? id.withTag(Tag.of(by, "yes")) : id;
    }

    @Alternative
    @Singleton
    @MeterFilterConstraint(applyTo = PerCpuMeterRegistry.class)
    public static class Filter implements MeterFilter {
        @Override
        public Meter.Id map(Meter.Id id) {
            return marked(id, "filter");
        }
    }

    @Alternative
    @Singleton
    @MeterFilterConstraint(applyTo = SimpleMeterRegistry.class)
    public static class OtherFilter implements MeterFilter {
        @Override
        public Meter.Id map(Meter.Id id) {
            return marked(id, "other");
        }
    }

    @Alternative
    @Singleton
    @MeterRegistryCustomizerConstraint(applyTo = PerCpuMeterRegistry.class)
    public static class Customizer implements MeterRegistryCustomizer {
        @Override
        public void customize(MeterRegistry registry) {
            registry.config().meterFilter(new MeterFilter() {
                @Override
                public Meter.Id map(Meter.Id id) {
                    return marked(id, "customizer");
                }
            });
        }
    }

    @Inject
    PerCpuMeterRegistry registry;

    @Test
    void shouldApplyTheBeansOfThisRegistry() {
        registry.counter("constrained").increment();

        assertThat(registry.scrape())
                .contains("constrained_total{customizer=\"yes\",filter=\"yes\"} 1.0")
                .doesNotContain("other=\"yes\"");
    }
}
