package dev.percpu.meter;

import dev.percpu.histogram.BucketLayout;
import io.micrometer.core.instrument.util.TimeUtils;
import io.prometheus.metrics.config.ExemplarsProperties;
import io.prometheus.metrics.core.exemplars.ExemplarSamplerConfig;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.tracer.common.SpanContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A factory of the exemplar samplers of a registry with a span context. Thread-safe. */
public final class ExemplarSamplers {
    /** The number of exemplars that the Prometheus Java client samples for a native histogram. */
    private static final int NATIVE_HISTOGRAM_EXEMPLARS = 4;

    private final SpanContext spanContext;
    private final ExemplarsProperties properties;
    private final ExemplarSamplerConfig one;
    private final ExemplarSamplerConfig several;

    /** Meters with the same layout share the configuration of their samplers. */
    private final Map<BucketLayout, ExemplarSamplerConfig> byLayout = new WeakHashMap<>();

    /** The number of scrapes. */
    private final AtomicInteger scrapes = new AtomicInteger();

    /**
     * @param properties sample and retention intervals
     */
    public ExemplarSamplers(SpanContext spanContext, ExemplarsProperties properties) {
        this.spanContext = spanContext;
        this.properties = properties;
        this.one = new ExemplarSamplerConfig(properties, 1);
        this.several = new ExemplarSamplerConfig(properties, NATIVE_HISTOGRAM_EXEMPLARS);
    }

    /** Arms all samplers. Each scrape calls this. */
    public void arm() {
        scrapes.getAndIncrement();
    }

    /** Returns a sampler of one exemplar, for a meter without buckets. */
    public SpanExemplars forValue() {
        return new SpanExemplars(one, spanContext, scrapes);
    }

    /**
     * Returns a sampler for a timer or summary, with values in the unit of its amounts. It has one exemplar per classic bucket, four for a
     * native histogram without classic buckets, or one without buckets.
     */
    public SpanExemplars forLayout(BucketLayout layout) {
        if (!layout.hasClassicBuckets()) {
            return new SpanExemplars(layout.hasHistogram() ? several : one, spanContext, scrapes);
        }
        ExemplarSamplerConfig config;
        synchronized (byLayout) {
            config = byLayout.computeIfAbsent(
                    layout, key -> new ExemplarSamplerConfig(properties, key.boundsWithInfinity()));
        }
        return new SpanExemplars(config, spanContext, scrapes);
    }

    /** Returns the latest exemplar; null if there is none. */
    static @Nullable Exemplar latest(@Nullable SpanExemplars sampler) {
        return sampler == null ? null : sampler.collect().getLatest();
    }

    /** Returns all exemplars; none without a sampler. */
    static Exemplars all(@Nullable SpanExemplars sampler) {
        return sampler == null ? Exemplars.EMPTY : sampler.collect();
    }

    /** Returns the exemplars of a timer with their values converted from nanoseconds to seconds; none without a sampler. */
    static Exemplars inSeconds(@Nullable SpanExemplars sampler) {
        if (sampler == null) {
            return Exemplars.EMPTY;
        }
        List<Exemplar> converted = new ArrayList<>();
        for (Exemplar exemplar : all(sampler)) {
            converted.add(Exemplar.builder()
                    .value(TimeUtils.convert(exemplar.getValue(), TimeUnit.NANOSECONDS, TimeUnit.SECONDS))
                    .labels(exemplar.getLabels())
                    .timestampMillis(exemplar.getTimestampMillis())
                    .build());
        }
        return converted.isEmpty() ? Exemplars.EMPTY : Exemplars.of(converted);
    }
}
