package dev.percpu.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.netty4.NettyAllocatorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ThirdPartyMeterFilterTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @BeforeEach
    void filter() {
        registry.config().meterFilter(new ThirdPartyMeterFilter());
    }

    @Test
    void shouldDescribeEveryMeterOfTheNettyAllocator() {
        new NettyAllocatorMetrics(PooledByteBufAllocator.DEFAULT).bindTo(registry);

        assertThat(registry.getMeters())
                .isNotEmpty()
                .allSatisfy(meter -> assertThat(meter.getId().getDescription())
                        .as("%s", meter.getId())
                        .isNotBlank());
    }

    @Test
    void shouldLeaveOutOnlyTheNamesThatPrometheusReadsDifferently() {
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new JvmInfoMetrics().bindTo(registry);

        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .contains("system.cpu.usage", "process.cpu.usage", "process.uptime")
                .doesNotContain("system.cpu.count", "process.cpu.time", "process.start.time", "jvm.info");
    }

    @Test
    void shouldKeepADescriptionThatIsThere() {
        Gauge gauge = Gauge.builder("netty.eventexecutor.tasks.pending", () -> 1)
                .description("Of its own")
                .register(registry);

        assertThat(gauge.getId().getDescription()).isEqualTo("Of its own");
    }
}
