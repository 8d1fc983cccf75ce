package dev.percpu.parity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.registry.CellStores;
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

/** Our registry and Micrometer's own, each on a clock of its own, for tests that do the same to both. */
public final class Peers implements AutoCloseable {
    public static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    public static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    public static final String PROTOBUF =
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

    /** What the windows of meters are whole multiples of, where {@link #passUnread} is used. */
    static final Duration TICK = Duration.ofMillis(2_500);

    private static final Duration BEFORE_A_TICK = Duration.ofMillis(500);

    public final PerCpuMeterRegistry ours;
    public final PrometheusMeterRegistry theirs;
    private final MockClock ourClock = new MockClock();
    private final MockClock theirClock = new MockClock();

    /** Ours on native shards, or whatever this process records with. */
    public Peers() {
        this(null);
    }

    public Peers(@Nullable SpanContext spans) {
        this(CellStores.open(PrometheusConfig.DEFAULT), spans);
    }

    public Peers(CellStore store, @Nullable SpanContext spans) {
        this(PrometheusConfig.DEFAULT, store, spans);
    }

    public Peers(PrometheusConfig config, CellStore store, @Nullable SpanContext spans) {
        ours = RegistryOn.store(config, new PrometheusRegistry(), ourClock, spans, store);
        theirs = new PrometheusMeterRegistry(config, new PrometheusRegistry(), theirClock, spans);
    }

    public Peers doing(Consumer<MeterRegistry> operations) {
        operations.accept(ours);
        operations.accept(theirs);
        return this;
    }

    /** Moves both clocks; both are read before, since ours takes account of the past only when it is read. */
    Peers pass(Duration duration) {
        ours.scrape();
        theirs.scrape();
        ourClock.add(duration);
        theirClock.add(duration);
        return this;
    }

    /**
     * Moves both clocks while nobody reads: ours is looked at as its background thread looks, shortly before windows end.
     *
     * @param ticks how often to move by {@link #TICK}
     */
    Peers passUnread(int ticks) {
        for (int i = 0; i < ticks; i++) {
            ourClock.add(TICK.minus(BEFORE_A_TICK));
            RegistryOn.rotateWindows(ours, ourClock.wallTime(), BEFORE_A_TICK.toMillis());
            ourClock.add(BEFORE_A_TICK);
        }
        theirClock.add(TICK.multipliedBy(ticks));
        return this;
    }

    /** What both clocks say, in wall-clock milliseconds. */
    long nowMillis() {
        return ourClock.wallTime();
    }

    void shouldBeScrapedAlike() {
        assertThat(ours.scrape()).isEqualTo(theirs.scrape());
        assertThat(ours.scrape(OPEN_METRICS)).isEqualTo(theirs.scrape(OPEN_METRICS));
        PrometheusProtobufWriter protobuf = ExpositionFormats.init().getPrometheusProtobufWriter();
        assertThat(protobuf.toDebugString(ours.getPrometheusRegistry().scrape()))
                .isEqualTo(protobuf.toDebugString(theirs.getPrometheusRegistry().scrape()));
    }

    @Override
    public void close() {
        ours.close();
        theirs.close();
    }
}
