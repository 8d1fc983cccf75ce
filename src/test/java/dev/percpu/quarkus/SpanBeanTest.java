package dev.percpu.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.registry.PerCpuMeterRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** An application's bean that knows the current span is where the service's exemplars come from. */
@QuarkusTest
@TestProfile(OptionalBeans.class)
class SpanBeanTest {
    @Alternative
    @Singleton
    static class Spans implements SpanContext {
        @Override
        public String getCurrentTraceId() {
            return "0000000000000000000000000000000a";
        }

        @Override
        public String getCurrentSpanId() {
            return "000000000000000b";
        }

        @Override
        public boolean isCurrentSpanSampled() {
            return true;
        }

        @Override
        public void markCurrentSpanAsExemplar() {}
    }

    @Inject
    PerCpuMeterRegistry registry;

    @Test
    void shouldSampleTheSpansOfTheBean() {
        registry.counter("spanned").increment(3);

        assertThat(registry.scrape("application/openmetrics-text; version=1.0.0"))
                .contains("spanned_total 3.0 # {span_id=\"000000000000000b\","
                        + "trace_id=\"0000000000000000000000000000000a\"} 3.0");
    }

    /** Prometheus 2.42 refuses a scrape that has one there. */
    @Test
    void shouldLeaveExemplarsOffCounts() {
        registry.timer("counted").record(Duration.ofMillis(1));

        assertThat(registry.scrape("application/openmetrics-text; version=1.0.0"))
                .contains("counted_seconds_count 1\n");
    }
}
