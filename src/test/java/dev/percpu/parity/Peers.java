package dev.percpu.parity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.RegistryOn;
import dev.percpu.shard.CellStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.expositionformats.PrometheusProtobufWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A {@link PerCpuMeterRegistry} and a {@link PrometheusMeterRegistry}, each with its own clock, for tests that compare them. */
public final class Peers implements AutoCloseable {
    public static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    public static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    public static final String PROTOBUF =
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

    /** A time by which the lengths of all windows are divisible in tests that use {@link #passUnread}. */
    static final Duration TICK = Duration.ofMillis(2_500);

    private static final Duration ROTATION_LEAD = Duration.ofMillis(500);

    public final PerCpuMeterRegistry perCpu;
    public final PrometheusMeterRegistry micrometer;
    private final MockClock perCpuClock = new MockClock();
    private final MockClock micrometerClock = new MockClock();

    /** Creates a per-CPU registry with the cells that this process uses by default. */
    public Peers() {
        this(null);
    }

    public Peers(@Nullable SpanContext spans) {
        this(RegistryOn.newStore(PrometheusConfig.DEFAULT), spans);
    }

    public Peers(CellStore store, @Nullable SpanContext spans) {
        this(PrometheusConfig.DEFAULT, store, spans);
    }

    public Peers(PrometheusConfig config, CellStore store, @Nullable SpanContext spans) {
        perCpu = RegistryOn.store(config, new PrometheusRegistry(), perCpuClock, spans, store);
        micrometer = new PrometheusMeterRegistry(config, new PrometheusRegistry(), micrometerClock, spans);
    }

    /** Calls the operations with each registry. */
    public Peers doing(Consumer<MeterRegistry> operations) {
        operations.accept(perCpu);
        operations.accept(micrometer);
        return this;
    }

    /** Advances both clocks after a scrape of both registries, because windows contain what was recorded before a read. */
    Peers pass(Duration duration) {
        perCpu.scrape();
        micrometer.scrape();
        perCpuClock.add(duration);
        micrometerClock.add(duration);
        return this;
    }

    /**
     * Advances both clocks without a scrape. The windows of the per-CPU registry are rotated shortly before they end, as its background
     * thread does.
     *
     * @param ticks number of {@link #TICK}s
     */
    Peers passUnread(int ticks) {
        for (int i = 0; i < ticks; i++) {
            perCpuClock.add(TICK.minus(ROTATION_LEAD));
            RegistryOn.rotateWindows(perCpu, perCpuClock.wallTime(), ROTATION_LEAD.toMillis());
            perCpuClock.add(ROTATION_LEAD);
        }
        micrometerClock.add(TICK.multipliedBy(ticks));
        return this;
    }

    /** Returns the time of both clocks, in wall-clock milliseconds. */
    long nowMillis() {
        return perCpuClock.wallTime();
    }

    void assertEqualScrapes() {
        assertThat(perCpu.scrape()).isEqualTo(micrometer.scrape());
        assertThat(perCpu.scrape(OPEN_METRICS)).isEqualTo(micrometer.scrape(OPEN_METRICS));
        PrometheusProtobufWriter protobuf = ExpositionFormats.init().getPrometheusProtobufWriter();
        assertThat(protobuf.toDebugString(perCpu.getPrometheusRegistry().scrape()))
                .isEqualTo(protobuf.toDebugString(
                        micrometer.getPrometheusRegistry().scrape()));
    }

    @Override
    public void close() {
        perCpu.close();
        micrometer.close();
    }
}
